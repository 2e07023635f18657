// SPDX-License-Identifier: Apache-2.0
// Raw mode, echo, and the way back.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <termios.h>

#include <algorithm>
#include <functional>
#include <string>

#include "conq/pty.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/read_until.hpp"

namespace conq {
namespace {

using test::bytes;
using test::read_until;

termios settings(int fd) {
  termios now{};
  EXPECT_EQ(::tcgetattr(fd, &now), 0);
  return now;
}

void expect_same(const termios& left, const termios& right) {
  EXPECT_EQ(left.c_iflag, right.c_iflag);
  EXPECT_EQ(left.c_oflag, right.c_oflag);
  EXPECT_EQ(left.c_cflag, right.c_cflag);
  EXPECT_EQ(left.c_lflag, right.c_lflag);
  EXPECT_TRUE(std::equal(std::begin(left.c_cc), std::end(left.c_cc), std::begin(right.c_cc)));
  EXPECT_EQ(::cfgetispeed(&left), ::cfgetispeed(&right));
  EXPECT_EQ(::cfgetospeed(&left), ::cfgetospeed(&right));
}

/// Both forms of a member do the same, and the quiet one clears an earlier error.
void in_both_forms(const std::function<void(Console&)>& throwing,
                   const std::function<void(Console&, std::error_code&)>& quiet,
                   const std::function<void(Pty&)>& expect) {
  Pty first = open_pty();
  throwing(first.master);
  expect(first);
  Pty second = open_pty();
  std::error_code ec = errc::closed;
  quiet(second.master, ec);
  EXPECT_FALSE(ec);
  expect(second);
}

TEST(ConsoleRaw, IsWhatCfmakerawMakes) {
  const Pty fresh = open_pty();
  termios wanted = settings(fresh.slave.get());
  ::cfmakeraw(&wanted);
  in_both_forms([](Console& c) { c.set_raw(); },
                [](Console& c, std::error_code& ec) { c.set_raw(ec); },
                [&](Pty& pty) { expect_same(settings(pty.slave.get()), wanted); });
}

TEST(ConsoleRaw, PassesEveryByteUnchangedBothWaysWithoutEcho) {
  Pty pty = open_pty();
  pty.master.set_raw();
  std::string all(256, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);

  ASSERT_EQ(pty.master.write(bytes(all)), all.size());
  EXPECT_EQ(read_until(pty.slave.get(), all), all);
  Console slave = Console::from_fd(std::move(pty.slave));
  ASSERT_EQ(slave.write(bytes(all)), all.size());
  EXPECT_EQ(read_until(pty.master.fd(), all), all) << "an echo would come first";
}

TEST(ConsoleEcho, OnceDisabledTypedBytesAreNotShown) {
  in_both_forms([](Console& c) { c.disable_echo(); },
                [](Console& c, std::error_code& ec) { c.disable_echo(ec); },
                [](Pty& pty) {
                  pty.master.write(bytes("secret\n"));
                  EXPECT_EQ(read_until(pty.slave.get(), "\n"), "secret\n");
                  Console slave = Console::from_fd(std::move(pty.slave));
                  slave.write(bytes("marker"));
                  EXPECT_EQ(read_until(pty.master.fd(), "marker"), "marker");
                });
}

TEST(ConsoleEcho, OnceDisabledLineEndsAreNotShownEither) {
  Pty pty = open_pty();
  termios with_echonl = settings(pty.slave.get());
  with_echonl.c_lflag |= ECHONL;
  ASSERT_EQ(::tcsetattr(pty.slave.get(), TCSANOW, &with_echonl), 0);
  pty.master.disable_echo();
  pty.master.write(bytes("secret\n"));
  EXPECT_EQ(read_until(pty.slave.get(), "\n"), "secret\n");
  EXPECT_EQ(test::read_available(pty.master.fd()), "");
}

TEST(ConsoleEcho, AllElseStays) {
  Pty pty = open_pty();
  termios wanted = settings(pty.slave.get());
  ASSERT_NE(wanted.c_lflag & ECHO, 0U);
  wanted.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
  pty.master.disable_echo();
  expect_same(settings(pty.slave.get()), wanted);
}

TEST(ConsoleReset, BringsBackTheSettingsItWasMadeWith) {
  const termios fresh = settings(open_pty().slave.get());
  const auto change = [](Console& console) {
    console.set_raw();
    console.disable_echo();
  };
  const auto expect = [&](Pty& pty) { expect_same(settings(pty.slave.get()), fresh); };
  in_both_forms([&](Console& c) { change(c), c.reset(); },
                [&](Console& c, std::error_code& ec) { change(c), c.reset(ec); }, expect);
}

TEST(ConsoleReset, BringsBackUnusualSettingsToo) {
  Pty pty = open_pty();
  termios unusual = settings(pty.slave.get());
  unusual.c_cc[VINTR] = 'x';
  unusual.c_lflag &= ~static_cast<tcflag_t>(ICANON);
  unusual.c_iflag |= IGNBRK;
  ASSERT_EQ(::tcsetattr(pty.slave.get(), TCSANOW, &unusual), 0);
  unusual = settings(pty.slave.get());

  Console slave = Console::from_fd(std::move(pty.slave));
  pty.master.set_raw();
  slave.reset();
  expect_same(settings(slave.fd()), unusual);
}

TEST(ConsoleReset, SurvivesAMove) {
  Pty pty = open_pty();
  const termios fresh = settings(pty.slave.get());
  pty.master.set_raw();
  Console moved = std::move(pty.master);
  Console assigned;
  assigned = std::move(moved);
  assigned.reset();
  expect_same(settings(pty.slave.get()), fresh);
}

TEST(ConsoleReset, KeepsWhatWasTypedAlready) {
  Pty pty = open_pty();
  pty.master.set_raw();
  pty.master.write(bytes("typed\n"));
  ASSERT_TRUE(test::wait_readable(pty.slave.get()));
  pty.master.reset();
  EXPECT_EQ(read_until(pty.slave.get(), "\n"), "typed\n");
}

TEST(ConsoleReset, DoesNotWaitForOutputThatNobodyReads) {
  Pty pty = open_pty();
  Console slave = Console::from_fd(std::move(pty.slave));
  ASSERT_EQ(::fcntl(slave.fd(), F_SETFL, O_NONBLOCK), 0);
  slave.set_raw();
  const std::string much(4096, 'x');
  std::error_code full;
  while (!full) slave.write(bytes(much), full);
  ASSERT_EQ(full, std::errc::operation_would_block);
  slave.reset();  // would never return
}

}  // namespace
}  // namespace conq
