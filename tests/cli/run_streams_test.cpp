// SPDX-License-Identifier: Apache-2.0
// `conq run` with all kinds of stdin and stdout.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <unistd.h>

#include "tests/cli/tool.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;

TEST(RunStreams, TypesWhatIsPipedInAndThenTheEndOfFile) {
  const ToolResult result = run_tool({"run", "--", "sh"}, "echo h''i\n");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("hi\r\n"));
}

TEST(RunStreams, EndsAnUnfinishedLineToo) {
  const ToolResult result = run_tool({"run", "--", "wc", "-c"}, "no line feed");
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("12\r\n"));
}

TEST(RunStreams, ReadsDevNull) {
  Tool tool({.arguments = {"run", "--", "wc", "-c"}, .in = Stream::null, .out = Stream::pipe});
  EXPECT_THAT(tool.rest_of_out(), HasSubstr("0\r\n"));
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunStreams, EndsAndSaysSoWhereStdinCannotBeRead) {
  Tool tool({.arguments = {"run", "--", "wc", "-c"},
             .in = Stream::folder,
             .out = Stream::pipe,
             .err = Stream::pipe});
  EXPECT_THAT(tool.rest_of_out(), HasSubstr("0\r\n"));
  EXPECT_THAT(tool.rest_of_err(), HasSubstr("cannot relay stdin: Is a directory"));
  EXPECT_EQ(tool.wait(), 1);
}

TEST(RunStreams, TakesAClosedStdinForAnEmptyOne) {
  Tool tool({.arguments = {"run", "--", "wc", "-c"}, .in = Stream::closed, .out = Stream::pipe});
  EXPECT_THAT(tool.rest_of_out(), HasSubstr("0\r\n"));
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunStreams, WorksWithAllThreeClosed) {
  const TempDir dir;
  Tool tool({.arguments = {"run", "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2"},
             .in = Stream::closed,
             .out = Stream::closed,
             .err = Stream::closed});
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunStreams, GivesTheCommandATerminalInAnyCase) {
  const ToolResult result =
      run_tool({"run", "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && tty"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("/dev/"));
}

TEST(RunStreams, WritesToAFile) {
  const TempDir dir;
  const std::string path = dir.file("out", "kept\n");
  Tool tool(
      {.arguments = {"run", "--", "seq", "2"},
       .in = Stream::null,
       .out = Stream::null,
       .prepare = [&path] { ::dup2(::open(path.c_str(), O_WRONLY | O_APPEND), STDOUT_FILENO); }});
  EXPECT_EQ(tool.wait(), 0);
  std::ifstream file(path);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "kept\n1\r\n2\r\n");
}

TEST(RunStreams, EndsQuietlyWhenNobodyReadsItsOutputAnyMore) {
  Tool tool({.arguments = {"run", "--", "sh", "-c", "echo $$; exec yes"},
             .in = Stream::null,
             .out = Stream::pipe,
             .err = Stream::pipe});
  const pid_t command = std::stoi(tool.read_out("\n"));
  tool.read_out("y\r\n");
  tool.close_out();
  EXPECT_EQ(tool.wait(), 128 + SIGPIPE);
  EXPECT_EQ(tool.rest_of_err(), "");
  EXPECT_TRUE(eventually([command] { return !is_alive(command); }));
}

TEST(RunStreams, TellsThatStdoutCannotBeWritten) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  Tool tool({.arguments = {"run", "--", "yes"},
             .in = Stream::null,
             .out = Stream::null,
             .err = Stream::pipe,
             .prepare = [] { ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO); }});
  EXPECT_EQ(tool.rest_of_err(), "conq: cannot write to stdout: No space left on device\n");
  EXPECT_EQ(tool.wait(), 1);
}

TEST(RunStreams, EndsInGoodOrderThoughNobodyCanBeTold) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  const auto full_stderr = [] { ::dup2(::open("/dev/full", O_WRONLY), STDERR_FILENO); };
  Tool missing({.arguments = {"run", "--", "no-such-command"}, .prepare = full_stderr});
  EXPECT_EQ(missing.wait(), 127);
  Tool unread({.arguments = {"run", "--", "yes"}, .out = Stream::null, .prepare = [&] {
                 full_stderr();
                 ::dup2(STDERR_FILENO, STDOUT_FILENO);
               }});
  EXPECT_EQ(unread.wait(), 1);
  EXPECT_EQ(settings_of(unread.terminal()), unread.settings_before());
}

TEST(RunStreams, LeavesAPipeBlocking) {
  // Who shares the pipes after it finds them as they were: a shell, and the cat it starts.
  Tool shell({.arguments = {"-c", "\"$TOOL\" run -- true; echo next; cat; seq 100000"},
              .in = Stream::pipe,
              .out = Stream::pipe,
              .environment = {{"TOOL", tool_path()}},
              .program = "sh"});
  shell.read_out("next\n");
  shell.write_in("input\n");
  shell.read_out("input\n");
  shell.close_in();
  EXPECT_EQ(lines_of(shell.rest_of_out()).back(), "100000");
  EXPECT_EQ(shell.wait(), 0);
}

TEST(RunStreams, IsNotHeldUpByWhatTheCommandLeavesBehind) {
  const ToolResult result =
      run_tool({"run", "--", "sh", "-c", "trap '' HUP; sleep 1000 & echo $!"});
  EXPECT_EQ(result.status, 0);
  const pid_t left = std::stoi(result.out);
  EXPECT_TRUE(is_alive(left));
  ::kill(left, SIGKILL);
}

TEST(RunStreams, GivesTheCommandNoOtherDescriptors) {
  const ToolResult result = run_tool({"run", "--", "sh", "-c", "ls /dev/fd/"});
  EXPECT_EQ(lines_of(result.out), (std::vector<std::string>{"0  1  2  3"})) << "3 is that of ls";
}

}  // namespace
}  // namespace conq::test
