// SPDX-License-Identifier: Apache-2.0
// `conq up` in a terminal, and the terminals that it gives.
#include <signal.h>  // NOLINT(modernize-deprecated-headers)

#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class UpTerminal : public Up {};

TEST_F(UpTerminal, ShowsEachProcessInAColour) {
  procfile("web: echo one\nworker: echo two\n");
  Tool tool(in_terminal({"--keep-going"}));
  EXPECT_EQ(tool.wait(), 0);
  const std::string text = tool.unseen();
  EXPECT_THAT(text, HasSubstr("\x1b[36mweb    |\x1b[0m one\r\n"));
  EXPECT_THAT(text, HasSubstr("\x1b[33mworker |\x1b[0m two\r\n"));
}

TEST_F(UpTerminal, ShowsNoColoursWithNoColor) {
  procfile("web: printf '\\033[31mone\\n'\n");
  Start start = in_terminal();
  start.environment = {{"NO_COLOR", "1"}};
  Tool tool(start);
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.unseen(), Not(HasSubstr("\x1b")));
}

TEST_F(UpTerminal, ShowsNoColoursOnADumbTerminal) {
  procfile("web: printf '\\033[31mone\\n'\n");
  Start start = in_terminal();
  start.environment = {{"TERM", "dumb"}};
  Tool tool(start);
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.unseen(), Not(HasSubstr("\x1b")));
}

TEST_F(UpTerminal, LetsNoColourOfALineOutOfIt) {
  procfile("web: printf '\\033[1;31mred\\n'; printf '\\033[0mplain\\n'\n");
  Tool tool(in_terminal());
  EXPECT_EQ(tool.wait(), 0);
  const std::string text = tool.unseen();
  EXPECT_THAT(text, HasSubstr("\x1b[1;31mred\x1b[0m\r\n"));
}

TEST_F(UpTerminal, LetsNoCursorMovementThrough) {
  procfile("web: printf '\\033[2J\\033[Hat \\033[5Ahome\\033[?1049h\\033]0;title\\007\\n'\n");
  Tool tool(in_terminal());
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_THAT(tool.unseen(), HasSubstr("\x1b[36mweb  |\x1b[0m at home\r\n"));
}

TEST_F(UpTerminal, IsLeftAsItWas) {
  procfile("web: stty raw -echo; echo ready; exec sleep 1000\n");
  Tool tool(in_terminal());
  const std::string before = tool.settings_before();
  tool.see("ready");
  tool.type("\x03");
  EXPECT_EQ(tool.wait(), 128 + SIGINT);
  EXPECT_EQ(settings_of(tool.terminal()), before);
}

TEST_F(UpTerminal, IsOneOfItsOwnForEachProcess) {
  // Each waits for the other, so that a number is not used again.
  procfile(
      "a: test -t 0 && test -t 1 && test -t 2 && tty >a; while [ ! -s b ]; do sleep 0.01; done\n"
      "b: test -t 0 && tty >b; while [ ! -s a ]; do sleep 0.01; done\n");
  EXPECT_EQ(up({"--keep-going"}).status, 0);
  std::string a, b;
  std::ifstream(dir_ / "a") >> a;
  std::ifstream(dir_ / "b") >> b;
  EXPECT_THAT(a, HasSubstr("/dev/"));
  EXPECT_NE(a, b);
}

TEST_F(UpTerminal, IsAllThatAProcessIsGiven) {
  // When b starts, conq holds what belongs to a.
  procfile("a: sleep 1000\nb: ls /dev/fd/ | tr '\\n' ' '\n");
  EXPECT_EQ(lines_from("b", up().out).front(), "0 1 2 3 ") << "3 is that of ls";
}

TEST_F(UpTerminal, IsNarrowerByThePrefix) {
  procfile("worker: stty size; sleep 1000\n");
  Start start = in_terminal();
  start.size = {30, 100};
  Tool tool(start);
  tool.see(" 30 91\r\n");
}

TEST_F(UpTerminal, FollowsTheWindow) {
  procfile("worker: trap 'stty size' WINCH; echo ready; while :; do sleep 1000 & wait; done\n");
  Tool tool(in_terminal());
  tool.see("ready");
  tool.terminal().master.resize({40, 120});
  tool.see(" 40 111\r\n");
}

TEST_F(UpTerminal, IsAsWideAsUsualWithoutAWindow) {
  procfile("worker: stty size\n");
  EXPECT_THAT(lines_from("worker", up().out), ElementsAre("24 71", "exited with status 0"));
}

}  // namespace
}  // namespace conq::test
