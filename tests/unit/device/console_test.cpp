// SPDX-License-Identifier: Apache-2.0
// What a Console takes, and its reads and writes.
#include "conq/console.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "conq/pty.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/terminal.hpp"

namespace conq {
namespace {

using test::bytes;
using test::is_open;
using test::say;

TEST(ConsoleFromFd, TakesATerminalAndNamesItAfterItsDevice) {
  Pty pty = open_pty();
  const int number = pty.slave.get();
  const Console console = Console::from_fd(std::move(pty.slave));
  EXPECT_EQ(console.fd(), number);
  EXPECT_TRUE(console);
  EXPECT_EQ(console.name(), pty.slave_name);
}

TEST(ConsoleFromFd, NamesAMasterAfterItsSlave) {
  Pty pty = open_pty();
  const Console console = Console::from_fd(pty.master.release());
  EXPECT_EQ(console.name(), pty.slave_name);
}

TEST(ConsoleFromFd, KeepsTheNameItIsGiven) {
  Pty pty = open_pty();
  const Console console = Console::from_fd(std::move(pty.slave), "web.1");
  EXPECT_EQ(console.name(), "web.1");
}

void expect_refused(Fd fd) {
  const Fd twin(::dup(fd.get()));
  const int number = fd.get();
  std::error_code ec;
  const Console console = Console::from_fd(std::move(fd), {}, ec);
  EXPECT_EQ(ec, errc::not_a_console);
  EXPECT_FALSE(console);
  EXPECT_FALSE(is_open(number)) << "it was given away";

  Fd again(::dup(twin.get()));
  const int second = again.get();
  try {
    Console::from_fd(std::move(again));
    ADD_FAILURE() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), errc::not_a_console);
    EXPECT_EQ(error.what(),
              "take descriptor " + std::to_string(second) + ": not a terminal device");
  }
  EXPECT_FALSE(is_open(second)) << "it was given away";
}

TEST(ConsoleFromFd, RefusesAPipe) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  expect_refused(Fd(ends[0]));
  expect_refused(Fd(ends[1]));
}

TEST(ConsoleFromFd, RefusesASocket) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  expect_refused(Fd(ends[0]));
  expect_refused(Fd(ends[1]));
}

TEST(ConsoleFromFd, RefusesDevNull) { expect_refused(Fd(::open("/dev/null", O_RDWR))); }

TEST(ConsoleFromFd, RefusesARegularFile) {
  const test::TempDir dir;
  expect_refused(Fd(::open(dir.file("plain", "text").c_str(), O_RDWR)));
}

TEST(ConsoleFromFd, RefusesADirectory) { expect_refused(Fd(::open("/", O_RDONLY))); }

TEST(ConsoleFromFd, NamesAnUnnamedRefusalAsItsCallerDid) {
  try {
    Console::from_fd(Fd(::open("/dev/null", O_RDWR)), "web.1");
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "take web.1: not a terminal device");
  }
}

TEST(ConsoleFromFd, ReportsADescriptorThatIsNotOpen) {
  Fd closed(::dup(STDERR_FILENO));
  const int number = closed.get();
  closed.reset();
  std::error_code ec;
  EXPECT_FALSE(Console::from_fd(Fd(number), {}, ec));
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
  EXPECT_FALSE(Console::from_fd(Fd(), {}, ec));
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
  EXPECT_THROW(Console::from_fd(Fd()), Error);
}

TEST(ConsoleFromFd, ClearsAnEarlierError) {
  Pty pty = open_pty();
  std::error_code ec = errc::closed;
  EXPECT_TRUE(Console::from_fd(std::move(pty.slave), {}, ec));
  EXPECT_FALSE(ec);
}

TEST(ConsoleIo, CarriesBytesBothWays) {
  Pty pty = open_pty();
  Console slave = Console::from_fd(std::move(pty.slave));
  slave.set_raw();
  std::array<std::byte, 16> room{};

  EXPECT_EQ(pty.master.write(bytes("typed")), 5U);
  EXPECT_EQ(slave.read(room), 5U);
  EXPECT_EQ(test::text(std::span(room).first(5)), "typed");

  EXPECT_EQ(slave.write(bytes("shown")), 5U);
  ASSERT_TRUE(test::wait_readable(pty.master.fd()));
  std::error_code ec = errc::closed;
  EXPECT_EQ(pty.master.read(room, ec), 5U);
  EXPECT_FALSE(ec);
  EXPECT_EQ(test::text(std::span(room).first(5)), "shown");
}

TEST(ConsoleIo, IntoOrOfNothingIsZeroAtOnce) {
  Pty pty = open_pty();
  std::error_code ec = errc::closed;
  EXPECT_EQ(pty.master.read({}, ec), 0U);
  EXPECT_FALSE(ec);
  ec = errc::closed;
  EXPECT_EQ(pty.master.write({}, ec), 0U);
  EXPECT_FALSE(ec);
}

TEST(ConsoleIo, OfNothingTheKernelIsNotEvenAsked) {
  const Pty pty = open_pty();
  const auto open_for = [&](int mode) {
    return Console::from_fd(Fd(::open(pty.slave_name.c_str(), mode | O_NOCTTY)));
  };
  EXPECT_EQ(open_for(O_WRONLY).read({}), 0U) << "the kernel says EBADF";
  EXPECT_EQ(open_for(O_RDONLY).write({}), 0U) << "the kernel says EBADF";
}

TEST(ConsoleIo, ARoomOfMoreThanACallTakesIsReadInto) {
  Pty pty = open_pty();
  pty.master.set_raw();
  std::vector<std::byte> memory(4096);
  // Only as much as is there is ever touched.
  const std::span<std::byte> huge(memory.data(), std::numeric_limits<std::size_t>::max() / 2 + 10);
  say(pty.slave, "x");
  EXPECT_EQ(pty.master.read(huge), 1U);
}

TEST(ConsoleIo, AWriteMayTakeLessThanAsked) {
  Pty pty = open_pty();
  ASSERT_EQ(::fcntl(pty.master.fd(), F_SETFL, O_NONBLOCK), 0);
  pty.master.set_raw();
  const std::string much(std::size_t{1} << 20U, 'x');
  const std::size_t count = pty.master.write(bytes(much));
  EXPECT_GT(count, 0U);
  EXPECT_LT(count, much.size());

  std::error_code ec;
  while (!ec) pty.master.write(bytes(much), ec);
  EXPECT_EQ(ec, std::errc::operation_would_block);
}

TEST(ConsoleIo, AReadOfAnEmptyNonBlockingConsoleSaysSo) {
  Pty pty = open_pty();
  ASSERT_EQ(::fcntl(pty.master.fd(), F_SETFL, O_NONBLOCK), 0);
  std::array<std::byte, 16> room{};
  std::error_code ec;
  EXPECT_EQ(pty.master.read(room, ec), 0U);
  EXPECT_EQ(ec, std::errc::operation_would_block);
}

TEST(ConsoleIo, ErrorsNameTheOperationAndTheConsole) {
  Pty pty = open_pty();
  const Fd read_only(::open(pty.slave_name.c_str(), O_RDONLY | O_NOCTTY));
  Console console = Console::from_fd(Fd(::dup(read_only.get())));
  try {
    console.write(bytes("x"));
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
    EXPECT_EQ(error.what(), "write " + pty.slave_name + ": " + error.code().message());
  }
}

}  // namespace
}  // namespace conq
