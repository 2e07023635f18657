// SPDX-License-Identifier: Apache-2.0
#include <deque>
#include <set>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

template <class On>
class Wait : public PollerTest<On> {};
TYPED_TEST_SUITE(Wait, Backends, BackendNames);

TYPED_TEST(Wait, ServesUntilClose) {
  auto terminal = this->add_terminal();
  InThread serving([&] { this->poller.wait(); });
  for (int round = 0; round < 20; ++round) {
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    say(terminal.slave, "x");
    ASSERT_TRUE(read.wait());
  }
  EXPECT_FALSE(serving.returned());
  this->poller.close();
  serving.get();
}

TYPED_TEST(Wait, SeveralThreadsMay) {
  constexpr std::size_t count = 4;
  std::deque<InThread<void>> serving;
  for (std::size_t i = 0; i < count; ++i) serving.emplace_back([&] { this->poller.wait(); });
  std::deque<typename TestFixture::Terminal> terminals;
  std::deque<Outcome> reads;
  std::promise<void> all_inside;
  std::atomic<std::size_t> inside = 0;
  const auto released = all_inside.get_future().share();
  // Each handler holds its thread until all are in one.
  for (std::size_t i = 0; i < count; ++i) {
    auto& read = reads.emplace_back();
    terminals.push_back(this->add_terminal());
    terminals.back().console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
      if (++inside == count) all_inside.set_value();
      EXPECT_EQ(released.wait_for(deadline), std::future_status::ready);
      read.lent_handler()(ec, bytes);
    });
  }
  for (auto& terminal : terminals) say(terminal.slave, "x");
  std::set<std::thread::id> threads;
  for (const Outcome& read : reads) {
    EXPECT_TRUE(read.wait());
    threads.insert(read.thread());
  }
  EXPECT_EQ(threads.size(), count);
  this->poller.close();
}

TYPED_TEST(Wait, CloseEndsEveryWait) {
  std::deque<InThread<void>> serving;
  for (int i = 0; i < 5; ++i) serving.emplace_back([&] { this->poller.wait(); });
  for (const auto& thread : serving) thread.wait_until_asleep();
  this->poller.close();
  for (auto& thread : serving) thread.get();
}

TYPED_TEST(Wait, CloseEndsEveryWaitFor) {
  std::deque<InThread<std::size_t>> serving;
  for (int i = 0; i < 5; ++i)
    serving.emplace_back([&] { return this->poller.wait_for(deadline * 10); });
  for (const auto& thread : serving) thread.wait_until_asleep();
  this->poller.close();
  for (auto& thread : serving) EXPECT_EQ(thread.get(), 0U);
}

TYPED_TEST(Wait, CloseAtTheSameTimeAsTheStartOfAWaitEndsIt) {
  for (int round = 0; round < 200; ++round) {
    typename TestFixture::Poller short_lived;
    InThread one([&] { short_lived.wait(); });
    InThread two([&] { short_lived.wait(); });
    short_lived.close();
    one.get();
    two.get();
  }
}

TYPED_TEST(Wait, ReturnsAtOnceOnAClosedPoller) {
  this->poller.close();
  this->poller.wait();
  std::error_code ec = errc::closed;
  this->poller.wait(ec);
  EXPECT_FALSE(ec);
  EXPECT_EQ(this->poller.wait_for(deadline * 10), 0U);
}

TYPED_TEST(Wait, CloseShutsEveryChannelDown) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  InThread reader([&] { return read_text(one.console); });
  const std::string sent(more_than_fits, '.');
  InThread writer([&] {
    std::error_code ec;
    other.console.write(bytes(sent), ec);
    return ec;
  });
  reader.wait_until_asleep();
  writer.wait_until_asleep();
  this->poller.close();
  EXPECT_EQ(reader.get(), "");
  EXPECT_EQ(writer.get(), errc::shut_down);
  EXPECT_EQ(read_text(other.console), "");
  EXPECT_TRUE(is_open(one.console.fd())) << "the handle is its owner's";
}

TYPED_TEST(Wait, CloseCompletesWhatIsPendingInTheWaitThatItEnds) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  InThread serving([&] { this->poller.wait(); });
  serving.wait_until_asleep();
  this->poller.close();
  serving.get();
  EXPECT_EQ(read.calls(), 1);
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.count(), 0U);
}

TYPED_TEST(Wait, ASecondCloseReportsClosed) {
  this->poller.close();
  std::error_code ec;
  this->poller.close(ec);
  EXPECT_EQ(ec, errc::closed);
  EXPECT_THROW(this->poller.close(), Error);
}

TYPED_TEST(Wait, AHandlerMayCloseThePoller) {
  auto terminal = this->add_terminal();
  terminal.console.async_read(
      [&](std::error_code, std::span<const std::byte>) { this->poller.close(); });
  say(terminal.slave, "x");
  this->poller.wait();
  EXPECT_EQ(read_text(terminal.console), "");
}

TYPED_TEST(Wait, ForNoTimeLooksAndDoesNotWait) {
  EXPECT_EQ(this->poller.wait_for(nanoseconds::zero()), 0U);
  auto terminal = this->add_terminal();
  EXPECT_EQ(this->poller.wait_for(nanoseconds::zero()), 0U);
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  say(terminal.slave, "x");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  EXPECT_EQ(this->poller.wait_for(nanoseconds::zero()), 1U);
  EXPECT_EQ(read.text(), "x");
}

TYPED_TEST(Wait, ForLessThanNoTimeLooksToo) {
  EXPECT_EQ(this->poller.wait_for(nanoseconds(-1)), 0U);
  EXPECT_EQ(this->poller.wait_for(nanoseconds::min()), 0U);
}

TYPED_TEST(Wait, ForATimeReturns0WhenItHasPassed) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  EXPECT_EQ(this->poller.wait_for(milliseconds(2)), 0U);
  EXPECT_EQ(this->poller.wait_for(nanoseconds(1)), 0U);
  EXPECT_EQ(read.calls(), 0);
}

TYPED_TEST(Wait, ForTheLongestTimeIsNoLimit) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  InThread serving([&] { return this->poller.wait_for(nanoseconds::max()); });
  serving.wait_until_asleep();
  EXPECT_FALSE(serving.returned());
  say(terminal.slave, "x");
  EXPECT_EQ(serving.get(), 1U);
}

TYPED_TEST(Wait, ForReturnsHowManyOperationsItCompleted) {
  std::deque<typename TestFixture::Terminal> terminals;
  std::deque<Outcome> reads(3);
  for (Outcome& read : reads) {
    auto& terminal = terminals.emplace_back(this->add_terminal());
    say(terminal.slave, "x");
    ASSERT_TRUE(wait_readable(terminal.console.fd()));
    terminal.console.async_read(read.lent_handler());
  }
  Outcome written;
  terminals[0].console.async_write(bytes("y"), written.handler());
  EXPECT_EQ(this->poller.wait_for(nanoseconds::zero()), 4U);
  EXPECT_EQ(this->poller.wait_for(nanoseconds::zero()), 0U);
  for (const Outcome& read : reads) EXPECT_EQ(read.calls(), 1);
  EXPECT_EQ(written.calls(), 1);
}

TYPED_TEST(Wait, ForDoesNotCountWhatBlockedCallersDid) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
  EXPECT_EQ(this->poller.wait_for(nanoseconds::zero()), 0U);
}

TYPED_TEST(Wait, ServesConsolesThatAreAddedMeanwhile) {
  const Server server(this->poller);
  server.thread().wait_until_asleep();
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(read.wait());
}

TYPED_TEST(Wait, OneThatEndsHandsOverToTheOthers) {
  // A thread that is in a handler, or gone, must not be the only one who knows of an event.
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  for (int round = 0; round < 100; ++round) {
    InThread short_one([&] { return this->poller.wait_for(nanoseconds(1000)); });
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    say(terminal.slave, "x");
    ASSERT_TRUE(read.wait());
  }
}

}  // namespace
}  // namespace conq::test
