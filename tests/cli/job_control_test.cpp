// SPDX-License-Identifier: Apache-2.0
// The tool as a job of a shell: stopped, continued, in the background.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)

#include <cstdlib>

#include "tests/cli/tool.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

class JobControl : public ::testing::Test {
 protected:
  JobControl() { shell_.see("> "); }

  /// Types the tool's call of `script`, a file for sh that `conq run` runs.
  void run(std::string_view script, const std::string& after = {}) {
    dir_.file("script", script);
    shell_.type("\"$TOOL\" run -- sh ./script" + after + "\n");
  }
  /// The number that is shown next behind "pid ".
  pid_t pid_shown() {
    shell_.see("pid ");
    return std::stoi(shell_.see("\r\n"));
  }
  void become_raw() {
    EXPECT_TRUE(eventually([this] { return is_raw(shell_.terminal()); }));
  }
  void is_as_before() { EXPECT_EQ(settings_of(shell_.terminal()), shell_.settings_before()); }
  void stop(pid_t conq, int signal = SIGTSTP) {
    ::kill(conq, signal);
    shell_.see("Stopped");
    shell_.see("> ");
  }
  /// Ends conq as shells end a job that may be stopped.
  void end(pid_t conq) {
    ::kill(conq, SIGTERM);
    ::kill(conq, SIGCONT);
    EXPECT_TRUE(eventually([conq] { return !is_alive(conq); }));
  }

  TempDir dir_;
  Tool shell_{{.arguments = {"-i"},
               .directory = dir_.path(),
               .environment = {{"TOOL", tool_path()}, {"PS1", "> "}, {"ENV", std::nullopt}},
               .program = "sh"}};
};

constexpr const char* echoing =
    "trap 'stty size' WINCH; echo pid $PPID; "
    "until [ \"$x\" = over ]; do read x && echo got $x; done; exit 7";

TEST_F(JobControl, StopsAndContinues) {
  run(echoing);
  const pid_t conq = pid_shown();
  become_raw();
  stop(conq);
  is_as_before();
  shell_.terminal().master.resize({40, 120});
  shell_.type("fg\n");
  shell_.see("40 120\r\n");
  become_raw();
  shell_.type("it\n");
  shell_.see("got it\r\n");
  shell_.type("over\n");
  shell_.see("> ");
  is_as_before();
  shell_.type("echo sta''tus $?\n");
  shell_.see("status 7\r\n");
}

TEST_F(JobControl, HasWhatTheShellChangedWhileItWasStopped) {
  run(echoing);
  const pid_t conq = pid_shown();
  become_raw();
  stop(conq);
  shell_.type("stty erase '^H'\n");
  shell_.see("> ");
  EXPECT_TRUE(
      eventually([this] { return settings_of(shell_.terminal()) != shell_.settings_before(); }));
  const std::string changed = settings_of(shell_.terminal());
  shell_.type("fg\n");
  become_raw();
  shell_.type("over\n");
  shell_.see("> ");
  EXPECT_EQ(settings_of(shell_.terminal()), changed);
}

TEST_F(JobControl, LeavesCtrlZToTheCommand) {
  // A shell with jobs of its own inside: it is the inner job that stops.
  shell_.type("PS1=inner: \"$TOOL\" run -- sh -i\n");
  shell_.see("inner:");
  shell_.type("sh -c 'echo re\"\"ady; exec cat'\n");
  shell_.see("ready");
  shell_.type("\x1a");
  shell_.see("Stopped");
  shell_.see("inner:");
  EXPECT_TRUE(is_raw(shell_.terminal()));
  shell_.type("fg\n");
  shell_.see("exec cat");
  shell_.type("back\n");
  shell_.see("back\r\nback");
}

TEST_F(JobControl, ContinuesAfterAStopThatCannotBeHandled) {
  run(echoing);
  const pid_t conq = pid_shown();
  become_raw();
  stop(conq, SIGSTOP);
  shell_.terminal().master.resize({40, 120});
  // Some shells have the terminal as before now, some leave it raw.
  shell_.type("stty sane\n");
  EXPECT_TRUE(eventually([this] { return !is_raw(shell_.terminal()); }));
  shell_.type("fg\n");
  shell_.see("40 120\r\n");
  become_raw();
  shell_.type("it\n");
  shell_.see("got it\r\n");
}

TEST_F(JobControl, CanBeEndedInTheBackground) {
  run("echo pid $PPID; echo pid $$; exec sleep 1000");
  const pid_t conq = pid_shown();
  const pid_t command = pid_shown();
  become_raw();
  stop(conq);
  shell_.type("bg\n");
  shell_.see("> ");
  end(conq);
  is_as_before();
  EXPECT_TRUE(eventually([command] { return !is_alive(command); }));
  shell_.type("wait %1; echo sta''tus $?\n");
  shell_.see("status 143\r\n");
}

TEST_F(JobControl, TakesTheTerminalOnlyInTheForeground) {
  run(echoing, " &");
  shell_.see("> ");
  // As each program that wants to read there.
  shell_.type("until jobs >list; grep -q Stop list; do sleep 0.01; done; echo st''opped\n");
  shell_.see("stopped");
  is_as_before();
  shell_.type("fg\n");
  become_raw();
  shell_.type("it\n");
  shell_.see("got it\r\n");
  shell_.type("over\n");
  shell_.see("> ");
  is_as_before();
}

TEST_F(JobControl, IsEndedByTimeout) {
  if (std::system("command -v timeout >/dev/null") != 0) GTEST_SKIP() << "no timeout(1) here";
  // Which runs what it starts in the background.
  shell_.type("timeout 0.3 \"$TOOL\" run -- sleep 1000; echo sta''tus $?\n");
  shell_.see("status 124\r\n");
  is_as_before();
}

TEST_F(JobControl, EndsWithTheTerminalAlsoWhenStopped) {
  run("echo pid $PPID; echo pid $$; exec sleep 1000");
  const pid_t conq = pid_shown();
  const pid_t command = pid_shown();
  become_raw();
  stop(conq);
  shell_.terminal().master.close();
  EXPECT_TRUE(eventually([=] { return !is_alive(conq) && !is_alive(command); }));
}

TEST_F(JobControl, StopsUpByCtrlZAndTellsItTheWindow) {
  dir_.file("Procfile",
            "web: trap 'stty size' WINCH; echo ready; while :; do sleep 1000 & wait; done\n");
  shell_.type("NO_COLOR=1 \"$TOOL\" up\n");
  shell_.see("ready");
  shell_.type("\x1a");
  shell_.see("Stopped");
  shell_.see("> ");
  // The shell is told, which is in the foreground.
  shell_.terminal().master.resize({40, 120});
  shell_.type("fg\n");
  shell_.see("| 40 113\r\n");
  shell_.type("\x03");
  shell_.see("SIGINT received");
  shell_.see("> ");
  shell_.type("echo sta''tus $?\n");
  shell_.see("status 130\r\n");
}

TEST_F(JobControl, LetsUpEndInTheBackground) {
  // And until then the kernel begins the call again, and stops conq again.
  if (CONQ_HANDLERS_WAIT != 0) GTEST_SKIP() << "signal handlers wait for the end of a write here";
  dir_.file("Procfile", "web: while :; do echo tick; sleep 0.05; done\n");
  // Whoever writes from the background is stopped.
  shell_.type("stty tostop; \"$TOOL\" up & echo p''id $!\n");
  const pid_t conq = pid_shown();
  shell_.type("until jobs >list; grep -q Stop list; do sleep 0.01; done; echo st''opped\n");
  shell_.see("stopped");
  end(conq);
}

}  // namespace
}  // namespace conq::test
