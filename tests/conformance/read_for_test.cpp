// SPDX-License-Identifier: Apache-2.0
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

template <class On>
class ReadFor : public PollerTest<On> {
 protected:
  using Console = typename On::Console;

  static std::string read_text_for(Console& console, nanoseconds limit, std::error_code& ec) {
    std::string text(4096, '\0');
    text.resize(console.read_for(std::as_writable_bytes(std::span(text)), limit, ec));
    return text;
  }
  static void expect_time_out(Console& console, nanoseconds limit) {
    std::error_code ec;
    EXPECT_EQ(read_text_for(console, limit, ec), "");
    EXPECT_EQ(ec, errc::timed_out);
  }
};
TYPED_TEST_SUITE(ReadFor, Backends, BackendNames);

TYPED_TEST(ReadFor, TimesOutWhenNothingCame) {
  auto terminal = this->add_terminal();
  this->expect_time_out(terminal.console, milliseconds(2));
  this->expect_time_out(terminal.console, nanoseconds(1));
}

TYPED_TEST(ReadFor, TimesOutAtOnceWithNoTimeOrLess) {
  auto terminal = this->add_terminal();
  this->expect_time_out(terminal.console, nanoseconds::zero());
  this->expect_time_out(terminal.console, nanoseconds(-1));
  this->expect_time_out(terminal.console, nanoseconds::min());
}

TYPED_TEST(ReadFor, ThrowsTimedOutAndSaysOnWhichConsole) {
  auto terminal = this->add_terminal();
  std::array<std::byte, 4> room{};
  EXPECT_EQ(text_of_error([&] { terminal.console.read_for(room, milliseconds(1)); }),
            "read " + terminal.console.name() + ": " + make_error_code(errc::timed_out).message());
}

TYPED_TEST(ReadFor, ReadsNothingWhenItTimesOut) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(20'000);
  InThread writer([&] { say(terminal.slave, sent); });
  std::string got;
  // Short enough to time out again and again between the pieces.
  while (got.size() < sent.size()) {
    std::error_code ec;
    const std::string piece = this->read_text_for(terminal.console, nanoseconds(1000), ec);
    ASSERT_TRUE(!ec || (ec == errc::timed_out && piece.empty()));
    got += piece;
  }
  expect_same(got, sent);
}

TYPED_TEST(ReadFor, GivesWhatIsThereAlsoWithNoTimeLeft) {
  auto terminal = this->add_terminal();
  for (int round = 0; round < 50; ++round) {
    say(terminal.slave, "x");
    ASSERT_TRUE(wait_readable(terminal.console.fd()));
    std::error_code ec;
    ASSERT_EQ(this->read_text_for(terminal.console, nanoseconds::zero(), ec), "x") << ec.message();
  }
}

TYPED_TEST(ReadFor, ReturnsWhenSomethingComes) {
  auto terminal = this->add_terminal();
  InThread reader([&] {
    std::error_code ec;
    return this->read_text_for(terminal.console, deadline, ec);
  });
  reader.wait_until_asleep();
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
}

TYPED_TEST(ReadFor, TheLongestTimeIsNoLimit) {
  auto terminal = this->add_terminal();
  InThread reader([&] {
    std::error_code ec;
    return this->read_text_for(terminal.console, nanoseconds::max(), ec);
  });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
}

TYPED_TEST(ReadFor, TimesOutWhileAnotherCallerTurnsTheQueue) {
  auto quiet = this->add_terminal();
  auto terminal = this->add_terminal();
  InThread turning([&] { return read_text(quiet.console); });
  turning.wait_until_asleep();
  this->expect_time_out(terminal.console, milliseconds(2));
  EXPECT_FALSE(turning.returned());
  say(quiet.slave, "x");
  EXPECT_EQ(turning.get(), "x");
}

TYPED_TEST(ReadFor, TimesOutWhileAWaitRuns) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  server.thread().wait_until_asleep();
  this->expect_time_out(terminal.console, milliseconds(2));
}

TYPED_TEST(ReadFor, TimesOutBehindAnotherReaderAndLeavesTheBytesToIt) {
  auto terminal = this->add_terminal();
  InThread first([&] { return read_text(terminal.console); });
  if (!first.wait_until_asleep()) {
    say(terminal.slave, "x");
    GTEST_SKIP() << "this kernel is not asked whether a thread sleeps";
  }
  this->expect_time_out(terminal.console, milliseconds(2));
  say(terminal.slave, "x");
  EXPECT_EQ(first.get(), "x");
}

TYPED_TEST(ReadFor, OneThatTimesOutHandsTheQueueToTheNextCaller) {
  auto quiet = this->add_terminal();
  auto terminal = this->add_terminal();
  for (int round = 0; round < 20; ++round) {
    InThread turning([&] { this->expect_time_out(quiet.console, milliseconds(2)); });
    InThread reader([&] { return read_text(terminal.console); });
    turning.get();
    say(terminal.slave, "x");
    ASSERT_EQ(reader.get(), "x");
  }
}

TYPED_TEST(ReadFor, EndsAsAReadDoes) {
  auto terminal = this->add_terminal(Hangup::end);
  terminal.hang_up();
  std::error_code ec = errc::closed;
  EXPECT_EQ(this->read_text_for(terminal.console, deadline, ec), "");
  EXPECT_FALSE(ec);
}

TYPED_TEST(ReadFor, IntoNoRoomReturns0AtOnce) {
  auto terminal = this->add_terminal();
  std::error_code ec = errc::closed;
  EXPECT_EQ(terminal.console.read_for({}, milliseconds(1), ec), 0U);
  EXPECT_FALSE(ec);
}

TYPED_TEST(ReadFor, OfAClosedConsoleReportsClosed) {
  auto terminal = this->add_terminal();
  terminal.console.close();
  std::array<std::byte, 4> room{};
  std::error_code ec;
  EXPECT_EQ(terminal.console.read_for(room, milliseconds(1), ec), 0U);
  EXPECT_EQ(ec, errc::closed);
}

TYPED_TEST(ReadFor, LetsTheOneBehindItGoWhenItTimesOut) {
  auto terminal = this->add_terminal();
  Server server(this->poller);
  InThread reader([&] {
    this->expect_time_out(terminal.console, milliseconds(300));
    return true;
  });
  reader.wait_until_asleep();
  Outcome behind;
  terminal.console.async_read(std::span<std::byte>(), behind.handler());
  EXPECT_TRUE(behind.wait());
  EXPECT_FALSE(behind.error());
}

}  // namespace
}  // namespace conq::test
