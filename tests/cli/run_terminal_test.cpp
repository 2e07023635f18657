// SPDX-License-Identifier: Apache-2.0
// `conq run` in a terminal: what is typed, what is shown, how large the window is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <termios.h>
#include <unistd.h>

#include <thread>

#include "tests/cli/tool.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;

Start sh(const std::string& script, std::vector<std::string> options = {}) {
  Start start;
  start.arguments = {"run"};
  start.arguments.insert(start.arguments.end(), options.begin(), options.end());
  start.arguments.insert(start.arguments.end(), {"--", "sh", "-c", script});
  return start;
}

TEST(RunTerminal, RelaysBothWays) {
  Tool tool({.arguments = {"run", "--", "cat"}});
  tool.type("hello\n");
  tool.see("hello\r\nhello\r\n");
  tool.type("\x04");
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunTerminal, IsRawWhileTheCommandRunsAndAfterwardsAsBefore) {
  Tool tool(sh("echo ready; read x"));
  const std::string before = tool.settings_before();
  tool.see("ready");
  EXPECT_TRUE(is_raw(tool.terminal()));
  tool.type("\n");
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_EQ(settings_of(tool.terminal()), before);
}

TEST(RunTerminal, IsAsBeforeAfterACommandThatIsNotFound) {
  Tool tool({.arguments = {"run", "--", "no-such-command"}});
  const std::string before = tool.settings_before();
  EXPECT_EQ(tool.wait(), 127);
  EXPECT_EQ(settings_of(tool.terminal()), before);
}

TEST(RunTerminal, LeavesKeysToTheCommand) {
  Tool interrupted(
      sh("trap 'echo interrupted; exit 7' INT; echo ready; while :; do sleep 1; done"));
  interrupted.see("ready");
  interrupted.type("\x03");
  interrupted.see("interrupted");
  EXPECT_EQ(interrupted.wait(), 7);

  Tool bytes(sh("stty raw -echo; echo ready; dd bs=1 count=4 2>/dev/null | od -An -tx1"));
  bytes.see("ready");
  bytes.type("\x1a\x1c\x11\xff");
  bytes.see("1a 1c 11 ff");
  EXPECT_EQ(bytes.wait(), 0);
}

TEST(RunTerminal, GivesTheCommandTheSizeOfTheWindow) {
  Start start = sh("stty size");
  start.size = {31, 101};
  Tool tool(start);
  tool.see("31 101\r\n");
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunTerminal, GivesTheCommandTheSettingsOfTheTerminal) {
  Start start = sh("stty -a | grep -o 'erase = [^;]*;'");
  start.prepare = [] {
    termios settings{};
    ::tcgetattr(STDIN_FILENO, &settings);
    settings.c_cc[VERASE] = '\b';
    ::tcsetattr(STDIN_FILENO, TCSANOW, &settings);
  };
  Tool tool(start);
  tool.see("erase = ^H;");
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunTerminal, PassesOnEachChangeOfTheWindow) {
  Tool tool(sh("trap 'stty size' WINCH; echo ready; while :; do sleep 1000 & wait; done"));
  tool.see("ready");
  tool.terminal().master.resize({40, 120});
  tool.see("40 120\r\n");
  tool.terminal().master.resize({41, 121});
  tool.see("41 121\r\n");
}

TEST(RunTerminal, KeepsASizeThatIsAskedFor) {
  Tool tool(sh("trap 'stty size' WINCH; stty size; while :; do sleep 1000 & wait; done",
               {"--cols", "33"}));
  tool.see("24 33\r\n");
  tool.terminal().master.resize({40, 120});
  tool.see("40 33\r\n");
}

TEST(RunTerminal, HasTheUsualSizeWithoutAWindow) {
  EXPECT_EQ(run_tool({"run", "--", "stty", "size"}).out, "24 80\r\n");
  EXPECT_EQ(run_tool({"run", "--cols", "100", "--rows", "30", "--", "stty", "size"}).out,
            "30 100\r\n");
}

TEST(RunTerminal, TakesTheSizeOfStdinsWindowIfStdoutHasNone) {
  Tool tool({.arguments = {"run", "--", "stty", "size"},
             .out = Stream::pipe,
             .err = Stream::pipe,
             .size = {31, 101}});
  EXPECT_EQ(tool.rest_of_out(), "31 101\r\n");
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunTerminal, TakesAWindowThatKnowsNoSizeForNone) {
  Start start = sh("stty size");
  start.size = {0, 0};
  Tool tool(start);
  tool.see("24 80\r\n");
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunTerminal, StaysAsItIsIfOnlyTheOutputGoesThere) {
  Tool tool({.arguments = {"run", "--", "cat"}, .in = Stream::pipe});
  const std::string before = tool.settings_before();
  tool.write_in("x\n");
  tool.see("x\r");
  EXPECT_EQ(settings_of(tool.terminal()), before);
  tool.close_in();
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunTerminal, RelaysAFloodBothWays) {
  // Without an echo: the kernel drops echoes when too many are waiting.
  Tool tool(sh("stty -echo; echo ready; exec cat"));
  tool.see("ready\r\n");
  constexpr int lines = 20000;
  std::thread typist([&tool] {
    for (int i = 0; i < lines; ++i) tool.type(std::to_string(i) + " some text to come back\n");
    tool.type("over\n");
  });
  const std::vector<std::string> back = lines_of(tool.see("over\r\n"));
  typist.join();
  ASSERT_EQ(back.size(), lines + 1U);
  for (std::size_t i = 0; i < lines; ++i) {
    ASSERT_EQ(back[i], std::to_string(i) + " some text to come back");
  }
  tool.type("\x04");
  EXPECT_EQ(tool.wait(), 0);
}

}  // namespace
}  // namespace conq::test
