// SPDX-License-Identifier: Apache-2.0
// A number is given to the next descriptor at once; an event on its way must not be.
#include <optional>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Generations : public PollerTest<On> {};
TYPED_TEST_SUITE(Generations, Backends, BackendNames);

TYPED_TEST(Generations, AnEventOfAClosedConsoleNeverReachesTheOneThatGetsItsNumber) {
  const Server one(this->poller);
  const Server two(this->poller);
  const std::string much(150'000, '.');
  int reused = 0;
  for (int round = 0; round < 200; ++round) {
    auto old = this->add_terminal(Hangup::end);
    const int number = old.console.fd();
    Outcome old_read;
    old.console.async_read(old_read.lent_handler());
    // Its hangup is on the way while it is closed and the number given to the next.
    old.hang_up();
    old.console.close();
    auto next = this->add_terminal(Hangup::end);
    if (next.console.fd() == number) ++reused;
    Outcome read;
    Outcome written;
    next.console.async_read(read.lent_handler());
    next.console.async_write(bytes(much), written.handler());
    ASSERT_EQ(hear(next.slave, much.size()), much) << "a write that ended early";
    ASSERT_TRUE(written.wait());
    ASSERT_FALSE(written.error()) << written.error().message();
    ASSERT_EQ(read.calls(), 0) << "a read that ended early";
    say(next.slave, "x");
    ASSERT_TRUE(read.wait());
    ASSERT_EQ(read.text(), "x");
    ASSERT_TRUE(old_read.wait());
    ASSERT_EQ(old_read.calls(), 1);
  }
  EXPECT_GT(reused, 0);
}

TYPED_TEST(Generations, AConsoleClosedInAHandlerTakesItsEventAlong) {
  int reused = 0;
  for (int round = 0; round < 50; ++round) {
    // Both have news in the same turn; the first handler closes the other and reuses its number.
    auto one = this->add_terminal(Hangup::end);
    auto other = this->add_terminal(Hangup::end);
    const int number = other.console.fd();
    std::optional<typename TestFixture::Terminal> next;
    Outcome next_read;
    Outcome other_read;
    one.console.async_read([&](std::error_code, std::span<const std::byte>) {
      other.console.close();
      next = this->add_terminal(Hangup::end);
      next->console.async_read(next_read.lent_handler());
    });
    say(one.slave, "x");
    say(other.slave, "stale");
    ASSERT_TRUE(wait_readable(one.console.fd()));
    ASSERT_TRUE(wait_readable(other.console.fd()));
    other.hang_up();
    ASSERT_TRUE(this->serve_until([&] { return next.has_value(); }));
    if (next->console.fd() == number) ++reused;
    this->serve_past_an_event();
    ASSERT_EQ(next_read.calls(), 0);
    say(next->slave, "fresh");
    ASSERT_TRUE(this->serve_until([&] { return next_read.calls() > 0; }));
    ASSERT_EQ(next_read.text(), "fresh");
  }
  EXPECT_GT(reused, 0);
}

TYPED_TEST(Generations, CloseConsoleOfANumberMeansTheOneThatHasItNow) {
  auto old = this->add_terminal();
  const int number = old.console.fd();
  old.console.close();
  auto next = this->add_terminal();
  ASSERT_EQ(next.console.fd(), number);
  this->poller.close_console(number);
  EXPECT_EQ(read_text(next.console), "");
}

TYPED_TEST(Generations, TheOldHandleDoesNothingToTheNextOwnerOfItsNumber) {
  auto old = this->add_terminal();
  const int number = old.console.fd();
  old.console.close();
  auto next = this->add_terminal();
  ASSERT_EQ(next.console.fd(), number);
  old.console.shutdown();
  old.console.cancel();
  std::error_code ec;
  old.console.close(ec);
  old.console.write(bytes("stray"), ec);
  EXPECT_EQ(ec, errc::closed);
  say(next.slave, "x");
  EXPECT_EQ(read_text(next.console), "x");
  EXPECT_EQ(read_available(next.slave.get()), "");
}

TYPED_TEST(Generations, ManyRoundsOfTheSameNumberStayApart) {
  for (int round = 0; round < 300; ++round) {
    auto terminal = this->add_terminal(Hangup::end);
    const std::string sent = std::to_string(round);
    say(terminal.slave, sent);
    if (round % 2 == 0) {
      ASSERT_EQ(read_exactly(terminal.console, sent.size()), sent);
    }
  }
}

}  // namespace
}  // namespace conq::test
