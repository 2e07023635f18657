// SPDX-License-Identifier: Apache-2.0
// What `conq up` says to bad input.
#include <sys/resource.h>

#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class UpErrors : public Up {
 protected:
  void refuses(int status, const std::string& message, std::vector<std::string> arguments = {}) {
    const ToolResult result = up(std::move(arguments));
    EXPECT_EQ(result.status, status) << message;
    EXPECT_THAT(result.err, StartsWith("conq: " + message));
    EXPECT_EQ(result.out, "") << "nothing was started";
  }
};

TEST_F(UpErrors, TellThatThereIsNoProcfile) {
  refuses(1, "cannot read Procfile: No such file or directory\n");
  refuses(1, "cannot read other: No such file or directory\n", {"-f", "other"});
}

TEST_F(UpErrors, TellTheLineWithoutAColon) {
  procfile("web: true\n\nnonsense\n");
  refuses(1, "Procfile:3: no colon; a line is `name: command`\n");
}

TEST_F(UpErrors, TellTheNameThatIsThereTwice) {
  procfile("web: true\nweb: false\n");
  refuses(1, "Procfile:2: web is in line 1 already\n");
}

TEST_F(UpErrors, TellThatThereIsNothingToRun) {
  procfile("# nothing\n");
  refuses(1, "Procfile: no process in it\n");
}

TEST_F(UpErrors, TellTheNameThatIsNotThere) {
  procfile("web: true\nworker: true\n");
  refuses(2, "no process \"wbe\" in the Procfile; it has web, worker\n", {"wbe"});
  refuses(2, "no process \"wbe\" in the Procfile; it has web, worker\n", {"-m", "wbe=2"});
}

TEST_F(UpErrors, TellWhatIsWrongWithTheFormation) {
  procfile("web: true\n");
  refuses(2, "formation \"web\": \"web\" is not name=number\n", {"-m", "web"});
  refuses(2, "formation \"web=x\": \"x\" is no number from 0 to 10000\n", {"-m", "web=x"});
  refuses(2, "nothing to run", {"-m", "web=0"});
}

TEST_F(UpErrors, TellWhatIsWrongWithTheOptions) {
  procfile("web: true\n");
  refuses(2, "The following argument was not expected: --bogus\n", {"--bogus"});
  refuses(2, "--timeout", {"--timeout", "soon"});
}

TEST_F(UpErrors, TellThatTheFolderIsNotThere) {
  procfile("web: true\n");
  refuses(1, "missing is no folder\n", {"-f", "Procfile", "-d", "missing"});
}

TEST_F(UpErrors, TellACommandThatIsNotFound) {
  procfile("web: no-such-command\n");
  const ToolResult result = up();
  EXPECT_EQ(result.status, 127);
  EXPECT_THAT(result.out, HasSubstr("no-such-command"));
  EXPECT_THAT(result.out, HasSubstr("web  | exited with status 127\n"));
}

TEST_F(UpErrors, TellThatTheLimitOfDescriptorsIsReachedAndStopWhatRuns) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "p" + std::to_string(i) + ": exec sleep 1000\n";
  procfile(text);
  Start start = piped();
  start.prepare = [] {
    const rlimit limit{40, 40};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  };
  const ToolResult result = run_tool(start.arguments, {}, start);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("cannot be started: "));
  EXPECT_THAT(result.out, HasSubstr("Too many open files"));
  EXPECT_THAT(result.out, HasSubstr("p0   | killed by SIGTERM\n"));
}

}  // namespace
}  // namespace conq::test
