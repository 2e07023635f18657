// SPDX-License-Identifier: Apache-2.0
// Signals to `conq run` itself: the terminal comes back, the command ends, the exit status tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)

#include "tests/cli/tool.hpp"
#include "tests/support/eventually.hpp"

namespace conq::test {
namespace {

Start sh(const std::string& script) {
  Start start;
  start.arguments = {"run", "--", "sh", "-c", script};
  return start;
}

class RunSignals : public ::testing::TestWithParam<int> {};

TEST_P(RunSignals, EndTheCommandAndGiveTheTerminalBack) {
  Tool tool(sh("echo $$; exec sleep 1000"));
  const std::string before = tool.settings_before();
  const pid_t command = std::stoi(tool.see("\r\n"));
  EXPECT_TRUE(is_raw(tool.terminal()));
  tool.signal(GetParam());
  EXPECT_EQ(tool.wait(), 128 + GetParam());
  EXPECT_EQ(settings_of(tool.terminal()), before);
  EXPECT_TRUE(eventually([command] { return !is_alive(command); }));
}

TEST_P(RunSignals, ArePassedOnAndTheLastWordsShown) {
  const std::string number = std::to_string(GetParam());
  Tool tool(sh("trap 'echo last words; exit 5' " + number +
               "; echo ready; while :; do sleep 1000 & wait; done"));
  tool.see("ready");
  tool.signal(GetParam());
  tool.see("last words");
  EXPECT_EQ(tool.wait(), 128 + GetParam());
}

TEST_P(RunSignals, HangUpOnACommandThatIgnoresThem) {
  const std::string ignored = GetParam() == SIGHUP ? "HUP" : "INT TERM QUIT XCPU";
  Tool tool(sh("trap '' " + ignored + "; echo $$; while :; do sleep 1; done"));
  const std::string before = tool.settings_before();
  const pid_t command = std::stoi(tool.see("\r\n"));
  tool.signal(GetParam());
  EXPECT_EQ(tool.wait(), 128 + GetParam());
  EXPECT_EQ(settings_of(tool.terminal()), before);
  ::kill(command, SIGKILL);
}

INSTANTIATE_TEST_SUITE_P(Each, RunSignals,
                         ::testing::Values(SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGXCPU),
                         [](const auto& one) { return "Signal" + std::to_string(one.param); });

TEST(RunSignal, WhenItComesAgainHangsUpAtOnce) {
  Tool tool(sh("trap '' TERM INT; echo ready; while :; do sleep 1000 & wait; done"));
  tool.see("ready");
  tool.signal(SIGTERM);
  // Of another kind, as the kernel makes one of two that are alike.
  tool.signal(SIGINT);
  EXPECT_THAT(tool.wait(), ::testing::AnyOf(128 + SIGTERM, 128 + SIGINT)) << "whichever was first";
}

TEST(RunSignal, OfATerminalThatIsGoneEndsIt) {
  Tool tool(sh("echo $$; exec sleep 1000"));
  const pid_t command = std::stoi(tool.see("\r\n"));
  tool.terminal().master.close();
  EXPECT_EQ(tool.wait(), 128 + SIGHUP);
  EXPECT_TRUE(eventually([command] { return !is_alive(command); }));
}

TEST(RunSignal, ThatWasIgnoredBeforeStaysSo) {
  Start start = sh("echo ready; read x; echo got $x");
  start.prepare = [] { ::signal(SIGHUP, SIG_IGN); };
  Tool tool(start);
  tool.see("ready");
  tool.signal(SIGHUP);
  tool.type("it\n");
  tool.see("got it");
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunSignal, ThatStopsItDoesNothingWhereNoShellWouldContinueIt) {
  // Nobody in its session but conq.
  Tool tool(sh("echo ready; read x; echo got $x"));
  tool.see("ready");
  tool.signal(SIGTSTP);
  tool.type("it\n");
  tool.see("got it");
  EXPECT_EQ(tool.wait(), 0);
}

TEST(RunSignal, OfTheUserIsPassedOnAndNoMore) {
  Tool tool(
      sh("trap 'echo one' USR1; trap 'echo two; exit 5' USR2; echo ready; "
         "while :; do sleep 1000 & wait; done"));
  tool.see("ready");
  tool.signal(SIGUSR1);
  tool.see("one");
  tool.signal(SIGUSR2);
  tool.see("two");
  EXPECT_EQ(tool.wait(), 5);
}

TEST(RunSignal, ReachesTheJobInTheForeground) {
  // A job of an interactive shell is a process group of its own.
  Tool tool({.arguments = {"run", "--", "sh", "-i"}});
  tool.type("sh -c 'trap \"echo j''ob got it; exit\" INT; echo re''ady; sleep 1000 & wait'\n");
  tool.see("ready");
  tool.signal(SIGINT);
  tool.see("job got it");
  EXPECT_EQ(tool.wait(), 128 + SIGINT);
}

}  // namespace
}  // namespace conq::test
