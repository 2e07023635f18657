// SPDX-License-Identifier: Apache-2.0
// `conq run` in a terminal: what is typed, what is shown, how large the window is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  const std::string before = settings_of(tool.terminal());
  tool.see("ready");
  EXPECT_TRUE(is_raw(tool.terminal()));
  tool.type("\n");
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_EQ(settings_of(tool.terminal()), before);
}

TEST(RunTerminal, IsAsBeforeAfterACommandThatIsNotFound) {
  Tool tool({.arguments = {"run", "--", "no-such-command"}});
  const std::string before = settings_of(tool.terminal());
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
  const std::string before = settings_of(tool.terminal());
  tool.write_in("x\n");
  tool.see("x\r");
  EXPECT_EQ(settings_of(tool.terminal()), before);
  tool.close_in();
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunTerminal, RelaysAFloodBothWays) {
  // Echoed and answered: everything comes back twice.
  Tool tool({.arguments = {"run", "--", "cat"}});
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    const std::string line = std::to_string(i) + " some text to be echoed\n";
    tool.type(line);
    text += tool.see(std::to_string(i) + " some text to be echoed\r\n");
  }
  tool.type("\x04");
  EXPECT_EQ(tool.wait(), 0);
  text += tool.unseen();
  EXPECT_EQ(lines_of(text).size(), 4000U);
}

}  // namespace
}  // namespace conq::test
