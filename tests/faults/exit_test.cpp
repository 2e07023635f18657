// SPDX-License-Identifier: Apache-2.0
// A terminal that cannot be asked what it holds: its reader finds out.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "conq/conq.hpp"
#include "tests/faults/faults.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/eventually.hpp"

namespace conq::test {
namespace {

class ExitWhereNoPollWorks : public testing::Test {
 protected:
  ~ExitWhereNoPollWorks() override { disarm(); }

  /// One that has ended when no poll works any more: its output is in its terminal, and nobody has
  /// reaped it, as it had waited for a line. One that had ended right away might have been.
  Process ended(const std::string& script) {
    ProcessOptions options;
    options.argv = {"/bin/sh", "-c", "read line; " + script};
    Process process = Process::spawn(poller, options);
    process.console().write(bytes("\n"));
    siginfo_t info{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(process.pid()), &info, WEXITED | WNOWAIT), 0);
    Fault fault;
    fault.without = Call::poll;
    fault.without_error = ENOMEM;
    arm(fault);
    return process;
  }

  /// How many bytes had been read, so many at a time, when the exit was told.
  std::optional<std::size_t> read_at_exit(Process& process, std::size_t size = 10) {
    std::size_t got = 0;
    bool at_end = false;
    std::vector<std::byte> room(size);
    std::function<void()> read = [&] {
      process.console().async_read(room, [&](std::error_code ec, std::size_t count) {
        got += count;
        at_end = ec || count == 0;
        if (!at_end) read();
      });
    };
    std::optional<std::size_t> at_exit;
    process.async_wait([&](std::error_code, ExitStatus) { at_exit = got; });
    read();
    EXPECT_TRUE(serve_until(poller, [&] { return at_exit.has_value() && at_end; }));
    return at_exit;
  }

  Poller poller;
};

TEST_F(ExitWhereNoPollWorks, IsToldAfterTheLastByte) {
  Process process = ended("printf %0100d 7");
  EXPECT_EQ(read_at_exit(process), 102U) << "with the echo";
  EXPECT_GT(calls_made(Call::poll), 0);
}

// A read gives no more than 4095 bytes, and what is behind them comes a little later.
TEST_F(ExitWhereNoPollWorks, IsToldAfterTheLastByteThoughEachReadIsShort) {
  Process process = ended("printf %09000d 7");
  EXPECT_EQ(read_at_exit(process, 8192), 9002U) << "with the echo";
}

// As that of a command that has ended before its spawn returns.
TEST_F(ExitWhereNoPollWorks, IsToldAfterTheLastByteWhereItIsFoundBeforeAnyoneReads) {
  Process process = ended("printf %0100d 7");
  ASSERT_TRUE(serve_until(poller, [] { return calls_made(Call::poll) > 0; }));
  EXPECT_EQ(read_at_exit(process), 102U) << "with the echo";
}

TEST_F(ExitWhereNoPollWorks, LetsAReaderComeToTheEndThatNobodyWaitsFor) {
  Process process = ended("echo last");
  ASSERT_TRUE(serve_until(poller, [] { return calls_made(Call::poll) > 0; }));
  std::array<std::byte, 100> room{};
  const std::size_t count = process.console().read_for(room, deadline);
  EXPECT_EQ(text(std::span(room).first(count)), "\r\nlast\r\n");
  EXPECT_EQ(process.console().read_for(room, deadline), 0U);
}

TEST_F(ExitWhereNoPollWorks, IsToldAtOnceWhereNobodyReads) {
  Process process = ended("echo unread; exit 3");
  std::optional<ExitStatus> exit;
  process.async_wait([&](std::error_code, ExitStatus status) { exit = status; });
  EXPECT_TRUE(serve_until(poller, [&] { return exit.has_value(); }));
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 3);
}

}  // namespace
}  // namespace conq::test
