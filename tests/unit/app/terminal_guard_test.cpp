// SPDX-License-Identifier: Apache-2.0
#include "terminal_guard.hpp"

#include <gtest/gtest.h>

#include "conq/pty.hpp"
#include "tests/support/descriptors.hpp"

namespace conq::app {
namespace {

tcflag_t local_flags(const Pty& pty) {
  termios settings{};
  EXPECT_EQ(::tcgetattr(pty.slave.get(), &settings), 0);
  return settings.c_lflag;
}
bool is_raw(const Pty& pty) { return (local_flags(pty) & (ICANON | ECHO | ISIG)) == 0; }

TEST(TerminalGuard, HoldsATerminalRawAndGivesItBackAsItWas) {
  const Pty pty = open_pty();
  const tcflag_t before = local_flags(pty);
  const test::NoDescriptorLeak no_leak;
  {
    TerminalGuard guard;
    guard.hold(pty.slave.get());
    EXPECT_TRUE(is_raw(pty));
  }
  EXPECT_EQ(local_flags(pty), before);
}

TEST(TerminalGuard, GivesItBackForAWhile) {
  const Pty pty = open_pty();
  const tcflag_t before = local_flags(pty);
  TerminalGuard guard;
  guard.hold(pty.slave.get());
  guard.restore();
  EXPECT_EQ(local_flags(pty), before);
  guard.follow_job();
  EXPECT_TRUE(is_raw(pty));
  guard.restore();
  EXPECT_EQ(local_flags(pty), before);
}

TEST(TerminalGuard, DoesNothingWhereItHoldsNone) {
  TerminalGuard guard;
  guard.restore();
  guard.follow_job();
}

TEST(TerminalGuard, LeavesATerminalThatIsGoneAlone) {
  Pty pty = open_pty();
  TerminalGuard guard;
  guard.hold(pty.slave.get());
  pty.master.close();
  guard.restore();
}

}  // namespace
}  // namespace conq::app
