// SPDX-License-Identifier: Apache-2.0
// The exit reported before the output (node-pty 72).
//
// Caught: an exit that is told when the process is reaped, whatever is left to be read.
#include "tests/museum/museum_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum02 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum02, Backends, BackendNames);

TYPED_TEST(Museum02, TheExitIsReportedAfterTheLastByte) {
  for (int round = 0; round < 30; ++round) {
    auto process = TestFixture::Process::spawn(this->poller, shell("printf '%09000d' 1; exit 5"));
    std::size_t read_at_exit = 0;
    std::size_t read = 0;
    ExitStatus status;
    bool exited = false;
    bool ended = false;
    // Small reads: many are left when the process is gone.
    std::array<std::byte, 500> room{};
    std::function<void()> next = [&] {
      process.console().async_read(room, [&](std::error_code, std::size_t count) {
        read += count;
        ended = count == 0;
        if (!ended) next();
      });
    };
    next();
    process.async_wait([&](std::error_code ec, ExitStatus exit) {
      EXPECT_FALSE(ec);
      read_at_exit = read;
      status = exit;
      exited = true;
    });
    ASSERT_TRUE(this->serve_until([&] { return exited && ended; }));
    ASSERT_EQ(read_at_exit, 9000U);
    ASSERT_EQ(status, (ExitStatus{5, 0}));
  }
}

TYPED_TEST(Museum02, ABlockedWaitReturnsAfterTheLastByte) {
  if (kernel_traits().exit_waits_for_terminal) GTEST_SKIP() << "it does not exit unread";
  for (int round = 0; round < 10; ++round) {
    auto process = TestFixture::Process::spawn(this->poller, shell("printf '%09000d' 1; exit 5"));
    std::atomic<std::size_t> read = 0;
    InThread waiter([&] {
      process.wait();
      return read.load();
    });
    ASSERT_TRUE(eventually([&] {
      std::error_code ec;
      process.kill(0, ec);
      return ec == std::errc::no_such_process;
    }));
    EXPECT_FALSE(waiter.returned());
    // All but the last byte; then that one.
    read = read_exactly(process.console(), 8999).size();
    EXPECT_FALSE(waiter.returned());
    read = 9000;
    EXPECT_EQ(read_exactly(process.console(), 1).size(), 1U);
    EXPECT_EQ(waiter.get(), 9000U);
  }
}

TYPED_TEST(Museum02, TheExitIsReportedAfterTheHandlerOfTheLastBytesAlsoByAnotherThread) {
  auto other = this->add_terminal();
  auto process =
      TestFixture::Process::spawn(this->poller, shell("stty -echo; printf x; read line"));
  std::atomic<bool> handled = false;
  bool handled_at_exit = false;
  Outcome exited;
  process.console().async_read([&](std::error_code, std::span<const std::byte>) {
    // It goes now, and the other thread has the time to see that and to tell it.
    process.console().write(bytes("\n"));
    EXPECT_TRUE(eventually([&] {
      std::error_code ec;
      process.kill(0, ec);
      return ec == std::errc::no_such_process;
    }));
    for (int event = 0; event < 20; ++event) {
      Outcome read;
      other.console.async_read(read.lent_handler());
      say(other.slave, "y");
      EXPECT_TRUE(read.wait());
    }
    handled = true;
  });
  process.async_wait([&](std::error_code ec, ExitStatus) {
    handled_at_exit = handled;
    exited.handler()(ec, 0);
  });
  const Server one(this->poller);
  const Server two(this->poller);
  EXPECT_TRUE(exited.wait());
  EXPECT_TRUE(handled_at_exit);
}

}  // namespace
}  // namespace conq::test
