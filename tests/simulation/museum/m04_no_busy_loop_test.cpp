// SPDX-License-Identifier: Apache-2.0
// Row 4 where time is virtual: no system call in an hour. A kernel that is silent about hangups has
// an idle console asked once a second; see silent_hangup_test.cpp.
#include "tests/simulation/museum/repeated_hangups.hpp"
#include "tests/simulation/museum/virtual_time.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

template <class On>
class Museum04 : public VirtualTime<On> {
 protected:
  bool tells_of_hangups() const {
    return this->dialect.hangup_wakes_read && this->dialect.hangup_wakes_write;
  }
  /// A writer on FreeBSD hears neither of the reopen nor, by its write, that it is too early.
  bool tells_writers_of_reopens() const {
    return this->dialect.open_wakes || !this->dialect.hung_up_write_is_eio;
  }
};
TYPED_TEST_SUITE(Museum04, Backends, BackendNames);

TYPED_TEST(Museum04, NoSystemCallWhileHungUp) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->with_server([&] {
    this->pass(1min);
    terminal.hang_up();
    this->pass(1min);
    EXPECT_EQ(this->calls_in(1h), 0U);
    EXPECT_EQ(read.calls(), 0);
    terminal.reopen();
    say(terminal.slave, "back");
    EXPECT_TRUE(read.wait());
    EXPECT_EQ(read.text(), "back");
  });
}

TYPED_TEST(Museum04, NoSystemCallWhileHungUpWithAWritePending) {
  auto terminal = this->add_terminal();
  const std::string sent(100'000, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  this->with_server([&] {
    this->pass(1min);
    terminal.hang_up();
    this->pass(1min);
    const std::uint64_t calls = this->calls_in(1h);
    if (this->tells_writers_of_reopens()) {
      EXPECT_EQ(calls, 0U);
    } else {
      EXPECT_LE(calls, 3U * 3600 + 3) << "a wait, a read and a write a second";
    }
    EXPECT_EQ(written.calls(), 0);
    terminal.console.cancel();
    EXPECT_TRUE(written.wait());
  });
}

TYPED_TEST(Museum04, NoSystemCallWhileHungUpWithBytesThatNobodyReads) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "unread");
  terminal.hang_up();
  this->with_server([&] {
    this->pass(1min);
    EXPECT_EQ(this->calls_in(1h), 0U);
    EXPECT_EQ(read_exactly(terminal.console, 6), "unread");
  });
}

TYPED_TEST(Museum04, NoSystemCallOfABlockedReaderThatTurnsTheQueueWhileHungUp) {
  auto terminal = this->add_terminal();
  std::string got;
  this->run({{"the reader", [&] { got = read_text(terminal.console); }},
             {"the test", [&] {
                this->pass(1min);
                terminal.hang_up();
                this->pass(1min);
                EXPECT_EQ(this->calls_in(1h), 0U);
                terminal.reopen();
                say(terminal.slave, "back");
              }}});
  EXPECT_EQ(got, "back");
}

TYPED_TEST(Museum04, NoSystemCallWhileIdle) {
  auto idle = this->add_terminal();
  Outcome read;
  idle.console.async_read(read.lent_handler());
  this->with_server([&] {
    this->pass(1min);
    if (this->tells_of_hangups()) {
      EXPECT_EQ(this->calls_in(1h), 0U);
    }
    idle.console.cancel();
    EXPECT_TRUE(read.wait());
  });
}

TYPED_TEST(Museum04, NoSystemCallWhileHungUpForGoodAndEndedAlready) {
  auto terminal = this->add_terminal(Hangup::end);
  terminal.hang_up();
  this->with_server([&] {
    EXPECT_EQ(read_text(terminal.console), "");
    this->pass(1min);
    EXPECT_EQ(this->calls_in(1h), 0U);
  });
}

TYPED_TEST(Museum04, AHangupThatIsToldAgainAtEachLookCostsOneReadButNoWriteAndNoTurnOfItsOwn) {
  if (!this->dialect.is_epoll) GTEST_SKIP() << "this kernel tells of it once";
  const RepeatedHangups repeated(this->kernel);
  auto terminal = this->add_terminal();
  auto other = this->add_terminal();
  std::uint64_t vain_reads = 0;
  std::uint64_t vain_writes = 0;
  const auto count = [&](std::uint64_t& vain) {
    return [&](sim::File& file, const char*, const sim::Result& result) {
      const auto* master = dynamic_cast<const sim::PtyMaster*>(&file);
      if (master != nullptr && master->pty->slaves.empty() && result.count <= 0) ++vain;
    };
  };
  this->kernel.observer.read = count(vain_reads);
  this->kernel.observer.wrote = count(vain_writes);
  Outcome read;
  Outcome written;
  const std::string sent(100'000, '.');
  terminal.console.async_read(read.lent_handler());
  terminal.console.async_write(bytes(sent), written.handler());
  this->with_server([&] {
    this->pass(1ms);
    terminal.hang_up();
    this->pass(1ms);
    constexpr std::uint64_t rounds = 1000;
    const std::uint64_t before = this->kernel.counts.calls;
    vain_reads = vain_writes = 0;
    for (std::uint64_t round = 0; round < rounds; ++round) {
      say(other.slave, "x");
      ASSERT_EQ(read_text(other.console), "x");
      this->pass(1us);
    }
    EXPECT_LE(vain_reads, rounds + 10);
    EXPECT_LE(vain_writes, 10U);
    EXPECT_LE(this->kernel.counts.calls - before, 10 * rounds);
    EXPECT_EQ(read.calls() + written.calls(), 0);
    terminal.console.cancel();
    EXPECT_TRUE(read.wait() && written.wait());
  });
}

}  // namespace
}  // namespace conq::test
