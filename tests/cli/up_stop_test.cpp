// SPDX-License-Identifier: Apache-2.0
// How `conq up` ends.
#include <fcntl.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <unistd.h>

#include "tests/cli/up_fixture.hpp"
#include "tests/support/eventually.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class UpStop : public Up {
 protected:
  /// The process whose number `tool` shows next.
  static pid_t pid_shown(Tool& tool) {
    tool.see("pid ");
    return std::stoi(tool.see("\r\n"));
  }
};

TEST_F(UpStop, FollowsTheFirstProcessToDieWithItsStatus) {
  procfile("web: echo ready; read x; exit 3\nother: sleep 1000\nquick: exit 5\n");
  const ToolResult result = up();
  EXPECT_EQ(result.status, 5);
  EXPECT_THAT(result.out, HasSubstr("quick | exited with status 5\n"));
  EXPECT_THAT(result.out, HasSubstr("conq  | quick has ended: sending SIGTERM to all\n"));
  EXPECT_THAT(result.out, HasSubstr("other | killed by SIGTERM\n"));
}

TEST_F(UpStop, FollowsAProcessThatEndsWell) {
  procfile("web: sleep 1000\nquick: true\n");
  EXPECT_EQ(up().status, 0);
}

TEST_F(UpStop, FollowsAProcessThatASignalKilled) {
  procfile("web: sleep 1000\nquick: kill -KILL $$\n");
  const ToolResult result = up();
  EXPECT_EQ(result.status, 128 + SIGKILL);
  EXPECT_THAT(result.out, HasSubstr("quick | killed by SIGKILL\n"));
}

TEST_F(UpStop, WaitsForTheLastIfItIsToKeepGoing) {
  procfile(
      "a: exit 0\nb: while [ ! -e c-is-over ]; do sleep 0.01; done; echo last words\n"
      "c: echo >c-is-over; exit 3\n");
  const ToolResult result = up({"--keep-going"});
  EXPECT_EQ(result.status, 3) << "the first that failed";
  EXPECT_THAT(result.out, HasSubstr("b    | last words\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("SIGTERM")));
}

TEST_F(UpStop, ComesByCtrlC) {
  procfile("web: echo pid $$; exec sleep 1000\nworker: sleep 1000\n");
  Tool tool(in_terminal());
  const pid_t web = pid_shown(tool);
  tool.type("\x03");
  EXPECT_EQ(tool.wait(), 128 + SIGINT);
  EXPECT_FALSE(is_alive(web));
  EXPECT_THAT(tool.unseen(), HasSubstr("SIGINT received: sending SIGTERM to all"));
}

TEST_F(UpStop, ComesBySignals) {
  procfile("web: echo pid $$; exec sleep 1000\n");
  for (const int signal : {SIGTERM, SIGHUP, SIGQUIT}) {
    Tool tool(in_terminal());
    const pid_t web = pid_shown(tool);
    tool.signal(signal);
    EXPECT_EQ(tool.wait(), 128 + signal);
    EXPECT_FALSE(is_alive(web));
  }
}

TEST_F(UpStop, ComesByTheEndOfTheTerminal) {
  procfile("web: echo pid $$; exec sleep 1000\n");
  Tool tool(in_terminal());
  const pid_t web = pid_shown(tool);
  tool.terminal().master.close();
  EXPECT_EQ(tool.wait(), 128 + SIGHUP);
  EXPECT_FALSE(is_alive(web));
}

TEST_F(UpStop, ShowsTheLastWords) {
  procfile(
      "web: trap 'echo goodbye; exit 0' TERM; echo pid $$; while :; do sleep 1000 & wait; done\n");
  Tool tool(in_terminal());
  pid_shown(tool);
  tool.signal(SIGTERM);
  EXPECT_EQ(tool.wait(), 128 + SIGTERM);
  const std::string text = tool.unseen();
  EXPECT_THAT(text, HasSubstr(" goodbye\r\n"));
  EXPECT_THAT(text, HasSubstr(" exited with status 0\r\n"));
}

TEST_F(UpStop, LetsTheProgramThatAShellRunsFinish) {
  // The shell that runs the line must not go first, as its end hangs up on the program.
  dir_.file("server",
            "trap 'sleep 0.2; echo goodbye; exit 7' TERM; echo pid $$; "
            "while :; do sleep 1000 & wait; done\n");
  for (const char* const line : {"sh server", "cd . && sh server"}) {
    procfile(std::string("web: ") + line + "\n");
    Tool tool(in_terminal());
    pid_shown(tool);
    tool.signal(SIGTERM);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM);
    const std::string text = tool.unseen();
    EXPECT_THAT(text, HasSubstr(" goodbye\r\n"));
    EXPECT_THAT(text, HasSubstr(" exited with status 7\r\n"));
  }
}

TEST_F(UpStop, EndsAShellsLoop) {
  procfile("web: echo ready; while :; do sleep 0.05; done\n");
  Tool tool(in_terminal({"--timeout", "100000"}));
  tool.see("ready");
  tool.signal(SIGTERM);
  EXPECT_EQ(tool.wait(), 128 + SIGTERM);
  EXPECT_THAT(tool.unseen(), Not(HasSubstr("SIGKILL")));
}

TEST_F(UpStop, ReachesTheWholeProcessGroup) {
  procfile("web: sleep 1000 & echo pid $!; wait\n");
  Tool tool(in_terminal());
  const pid_t child = pid_shown(tool);
  tool.signal(SIGTERM);
  EXPECT_EQ(tool.wait(), 128 + SIGTERM);
  EXPECT_TRUE(eventually([child] { return !is_alive(child); }));
}

TEST_F(UpStop, KillsWhatIgnoresSigtermAfterTheTimeout) {
  procfile("web: trap '' TERM; echo pid $$; while :; do sleep 1; done\n");
  Tool tool(in_terminal({"--timeout", "0.1"}));
  const pid_t web = pid_shown(tool);
  tool.signal(SIGTERM);
  EXPECT_EQ(tool.wait(), 128 + SIGTERM);
  EXPECT_FALSE(is_alive(web));
  const std::string text = tool.unseen();
  EXPECT_THAT(text, HasSubstr("sending SIGKILL to all"));
  EXPECT_THAT(text, HasSubstr("killed by SIGKILL"));
}

TEST_F(UpStop, KillsAtOnceWhenAskedAgain) {
  procfile("web: trap '' TERM; echo pid $$; while :; do sleep 1; done\n");
  Tool tool(in_terminal({"--timeout", "100000"}));
  const pid_t web = pid_shown(tool);
  tool.type("\x03");
  tool.see("SIGTERM");
  tool.type("\x03");
  EXPECT_EQ(tool.wait(), 128 + SIGINT);
  EXPECT_FALSE(is_alive(web));
}

TEST_F(UpStop, ComesWhenNobodyReadsTheOutputAnyMore) {
  procfile("web: echo pid $$; exec yes\nworker: exec sleep 1000\n");
  Tool tool(piped());
  tool.read_out("pid ");
  const pid_t web = std::stoi(tool.read_out("\n"));
  tool.close_out();
  EXPECT_EQ(tool.wait(), 128 + SIGPIPE);
  EXPECT_EQ(tool.rest_of_err(), "");
  EXPECT_FALSE(is_alive(web));
}

TEST_F(UpStop, ComesWhenTheOutputCannotBeWritten) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  procfile("web: exec yes\n");
  Start start = piped();
  start.out = Stream::null;
  start.prepare = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); };
  Tool tool(start);
  EXPECT_EQ(tool.rest_of_err(), "conq: cannot write to stdout: No space left on device\n");
  EXPECT_EQ(tool.wait(), 1);
}

TEST_F(UpStop, IsNotHeldUpByAReaderThatTakesNothing) {
  procfile("web: echo pid $$; exec yes\n");
  Tool tool(piped({"--timeout", "0.1"}));
  tool.read_out("pid ");
  const pid_t web = std::stoi(tool.read_out("\n"));
  // From here on the pipe fills up, and with it all that conq holds.
  tool.signal(SIGTERM);
  EXPECT_EQ(tool.wait(), 128 + SIGTERM);
  EXPECT_TRUE(eventually([web] { return !is_alive(web); }));
}

}  // namespace
}  // namespace conq::test
