// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

#include "conq/pty.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/read_until.hpp"

namespace conq {
namespace {

constexpr WinSize all_fields{50, 132, 1056, 800};

TEST(ConsoleSize, BothEndsSeeEveryFieldOfTheSizeAPtyWasOpenedWith) {
  Pty pty = open_pty(all_fields);
  EXPECT_EQ(pty.master.size(), all_fields);
  EXPECT_EQ(Console::from_fd(std::move(pty.slave)).size(), all_fields);
}

TEST(ConsoleSize, TheFieldsAreTheKernelsOwn) {
  const Pty pty = open_pty(all_fields);
  winsize kernel{};
  ASSERT_EQ(::ioctl(pty.slave.get(), TIOCGWINSZ, &kernel), 0);
  EXPECT_EQ(kernel.ws_row, 50);
  EXPECT_EQ(kernel.ws_col, 132);
  EXPECT_EQ(kernel.ws_xpixel, 1056);
  EXPECT_EQ(kernel.ws_ypixel, 800);
}

TEST(ConsoleSize, OfAPtyOpenedWithoutOneIsZero) {
  const Pty pty = open_pty();
  EXPECT_EQ(pty.master.size(), WinSize{});
}

TEST(ConsoleSize, OfAFreshPtyHoldsWhenTheSlaveIsOpenedAgain) {
  Pty pty = open_pty(all_fields);
  const Console again = Console::from_fd(Fd(::open(pty.slave_name.c_str(), O_RDWR | O_NOCTTY)));
  EXPECT_EQ(again.size(), all_fields);
}

TEST(ConsoleSize, AResizeOfOneEndIsSeenAtBoth) {
  Pty pty = open_pty(all_fields);
  Console slave = Console::from_fd(std::move(pty.slave));
  std::error_code ec = errc::closed;
  pty.master.resize({24, 80, 0, 0}, ec);
  EXPECT_FALSE(ec);
  EXPECT_EQ(slave.size(), (WinSize{24, 80, 0, 0}));
  slave.resize({25, 81, 0, 0});
  EXPECT_EQ(pty.master.size(), (WinSize{25, 81, 0, 0}));
}

TEST(ConsoleSize, ResizeFromTakesTheOthers) {
  const Pty other = open_pty(all_fields);
  Pty pty = open_pty({24, 80, 0, 0});
  pty.master.resize_from(other.master);
  EXPECT_EQ(pty.master.size(), all_fields);
  EXPECT_EQ(other.master.size(), all_fields);

  std::error_code ec = errc::closed;
  pty.master.resize({24, 80, 0, 0});
  pty.master.resize_from(other.master, ec);
  EXPECT_FALSE(ec);
  EXPECT_EQ(pty.master.size(), all_fields);
}

bool await_winch() {
  sigset_t winch;
  sigemptyset(&winch);
  sigaddset(&winch, SIGWINCH);
  ::alarm(static_cast<unsigned>(test::deadline.count()));
  int signal = 0;
  return ::sigwait(&winch, &signal) == 0 && signal == SIGWINCH;
}

bool winch_is_pending() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGWINCH) == 1;
}

TEST(ConsoleSize, AResizeSignalsTheForegroundProcessGroupIfItChangedTheSize) {
  test::in_child([] {
    ASSERT_GE(::setsid(), 0);
    Pty pty = open_pty({24, 80, 0, 0});
    ASSERT_EQ(::ioctl(pty.slave.get(), TIOCSCTTY, 0), 0);
    sigset_t winch;
    sigemptyset(&winch);
    sigaddset(&winch, SIGWINCH);
    ASSERT_EQ(::sigprocmask(SIG_BLOCK, &winch, nullptr), 0);

    pty.master.resize({25, 80, 0, 0});
    EXPECT_TRUE(await_winch());
    pty.master.resize({25, 80, 0, 0});
    EXPECT_FALSE(winch_is_pending());
  });
}

}  // namespace
}  // namespace conq
