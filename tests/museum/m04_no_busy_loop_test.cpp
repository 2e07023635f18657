// SPDX-License-Identifier: Apache-2.0
// A busy loop on a hung-up master, as a level-triggered hangup is told again and again: 100 % of a
// processor until a slave opens (moby 27202, systemd 4262).
//
// Caught: level-triggered registrations, a hangup that leaves its direction ready, repeated EV_EOFs
// that are looked for again.
#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum04 : public PollerTest<On> {
 protected:
  /// Shows that `thread` is not woken once: it rests while the kernel delivers a thousand events to
  /// another poller.
  void expect_no_wakeup(KernelThread thread) {
    if (!wait_until_asleep(thread)) {
      ASSERT_FALSE(thread_state(thread)) << "it never comes to rest";
      GTEST_SKIP() << "this kernel is not asked whether a thread sleeps";
    }
    const auto before = thread_state(thread);
    typename On::Poller elsewhere;
    auto clock = test::add_terminal(elsewhere);
    for (int event = 0; event < 1000; ++event) {
      say(clock.slave, "x");
      ASSERT_EQ(read_text(clock.console), "x");
    }
    const auto after = thread_state(thread);
    ASSERT_TRUE(before && after);
    EXPECT_TRUE(after->asleep);
    EXPECT_EQ(after->waits, before->waits) << "wakeups";
  }
};
TYPED_TEST_SUITE(Museum04, Backends, BackendNames);

TYPED_TEST(Museum04, NoWakeupWhileHungUp) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  const Server server(this->poller);
  terminal.hang_up();
  this->expect_no_wakeup(server.thread().kernel_thread());
  EXPECT_EQ(read.calls(), 0);
  terminal.reopen();
  say(terminal.slave, "back");
  EXPECT_TRUE(read.wait());
  EXPECT_EQ(read.text(), "back");
}

TYPED_TEST(Museum04, NoWakeupWhileHungUpWithAWritePending) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  const Server server(this->poller);
  terminal.hang_up();
  this->expect_no_wakeup(server.thread().kernel_thread());
  terminal.console.cancel();
  EXPECT_TRUE(written.wait());
}

TYPED_TEST(Museum04, NoWakeupWhileHungUpWithBytesThatNobodyReads) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  say(terminal.slave, "unread");
  terminal.hang_up();
  // Their event may come late.
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  this->expect_no_wakeup(server.thread().kernel_thread());
  EXPECT_EQ(read_exactly(terminal.console, 6), "unread");
}

TYPED_TEST(Museum04, NoWakeupOfABlockedReaderThatTurnsTheQueueWhileHungUp) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  terminal.hang_up();
  this->expect_no_wakeup(reader.kernel_thread());
  terminal.reopen();
  say(terminal.slave, "back");
  EXPECT_EQ(reader.get(), "back");
}

TYPED_TEST(Museum04, NoWakeupWhileIdle) {
  auto idle = this->add_terminal();
  Outcome read;
  idle.console.async_read(read.lent_handler());
  const Server server(this->poller);
  this->expect_no_wakeup(server.thread().kernel_thread());
  idle.console.cancel();
  EXPECT_TRUE(read.wait());
}

TYPED_TEST(Museum04, NoWakeupWhileHungUpForGoodAndEndedAlready) {
  auto terminal = this->add_terminal(Hangup::end);
  const Server server(this->poller);
  terminal.hang_up();
  EXPECT_EQ(read_text(terminal.console), "");
  this->expect_no_wakeup(server.thread().kernel_thread());
}

TYPED_TEST(Museum04, AHungUpConsoleAddsNoTurnToThoseOfTheOthers) {
  auto terminal = this->add_terminal();
  auto other = this->add_terminal();
  Outcome pending;
  terminal.console.async_read(pending.lent_handler());
  terminal.hang_up();
  this->serve_past_an_event();
  for (int event = 0; event < 1000; ++event) {
    Outcome read;
    other.console.async_read(read.lent_handler());
    say(other.slave, "x");
    ASSERT_TRUE(wait_readable(other.console.fd()));
    // All there is: one operation in one turn, and then nothing.
    std::size_t served = this->poller.wait_for(std::chrono::nanoseconds::zero());
    served += this->poller.wait_for(std::chrono::nanoseconds::zero());
    ASSERT_EQ(served, 1U);
    ASSERT_EQ(read.text(), "x");
  }
  EXPECT_EQ(pending.calls(), 0);
}

}  // namespace
}  // namespace conq::test
