// SPDX-License-Identifier: Apache-2.0
// A command that pushes input into its terminal (TIOCSTI), as if it were typed: into its own it
// may, but what runs after conq in the user's terminal must not find it there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "tests/cli/tool.hpp"
#include "tests/support/refuse_syscall_linux.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string under_run(std::string_view script) {
  return "\"$TOOL\" run -- sh -c '" + std::string(script) + "'";
}

/// A shell script in a terminal whose first line runs the tool and whose last one tells whether
/// something had been typed by then.
Start in_shell(const std::string& line) {
  return {.arguments = {"-c", line + "; stty -icanon min 0 time 0; echo left \\<$(cat)\\>"},
          .environment = {{"TOOL", tool_path()}, {"PUSH", CONQ_PUSH_INPUT}},
          .program = "sh"};
}

TEST(Tiocsti, OfACommandReachesItsOwnTerminalAlone) {
  Tool shell(in_shell(under_run("\"$PUSH\" && read x && echo read $x")));
  const std::string shown = shell.see("left <>");
  // Where dev.tty.legacy_tiocsti is 0 the kernel refuses it.
  if (shown.find("refused: ") == std::string::npos) {
    EXPECT_THAT(shown, HasSubstr("read pushed\r\n"));
  } else {
    EXPECT_THAT(shown, HasSubstr("refused: " + std::string(std::strerror(EIO))));
  }
  EXPECT_EQ(shell.wait(), 0);
}

TEST(Tiocsti, ThatTheKernelRefusesDoesNoHarm) {
  Start start = in_shell(under_run("\"$PUSH\""));
  // As with dev.tty.legacy_tiocsti=0.
  start.prepare = [] {
    if (!refuse_ioctl(TIOCSTI, EIO)) ::_exit(97);
  };
  Tool shell(start);
  const std::string shown = shell.see("left <>");
  EXPECT_THAT(shown, HasSubstr("refused: " + std::string(std::strerror(EIO))));
  EXPECT_EQ(shell.wait(), 0);
}

TEST(Tiocsti, WithoutConqWouldReachTheUsersTerminal) {
  // What the first test finds empty would not be.
  Tool shell(in_shell("\"$PUSH\""));
  const std::string shown = shell.see("left <");
  if (shown.find("refused: ") != std::string::npos) GTEST_SKIP() << "the kernel refuses TIOCSTI";
  EXPECT_THAT(shell.see(">"), StartsWith("pushed"));
}

}  // namespace
}  // namespace conq::test
