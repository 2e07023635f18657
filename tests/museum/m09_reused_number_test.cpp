// SPDX-License-Identifier: Apache-2.0
// An event for a closed descriptor reaches the console that got its number (the Go package that
// conq began from; any table keyed by descriptors).
//
// Caught: events matched by number: the hangup of the old console would end reads and writes of the
// new one.
#include <optional>

#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum09 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum09, Backends, BackendNames);

TYPED_TEST(Museum09, AnEventNeverReachesTheConsoleThatGotTheNumber) {
  const std::string much(150'000, '.');
  // Several threads fetch events, so that some are on their way when the console they mean goes.
  const Server one(this->poller);
  const Server two(this->poller);
  for (int round = 0; round < 300; ++round) {
    auto old = this->add_terminal(Hangup::end);
    const int number = old.console.fd();
    InThread hanging_up([&] { old.hang_up(); });
    old.console.close();
    auto next = this->add_terminal(Hangup::end);
    Outcome read;
    Outcome written;
    next.console.async_read(read.lent_handler());
    next.console.async_write(bytes(much), written.handler());
    hanging_up.get();
    ASSERT_EQ(hear(next.slave, much.size()).size(), much.size()) << "number " << number;
    ASSERT_TRUE(written.wait());
    ASSERT_FALSE(written.error()) << written.error().message();
    ASSERT_EQ(read.calls(), 0);
    say(next.slave, "x");
    ASSERT_TRUE(read.wait());
    ASSERT_EQ(read.text(), "x");
  }
}

TYPED_TEST(Museum09, AlsoWhenItGoesInAHandlerOfTheSameTurn) {
  const std::string much(150'000, '.');
  int reused = 0;
  for (int round = 0; round < 30; ++round) {
    auto one = this->add_terminal(Hangup::end);
    auto old = this->add_terminal(Hangup::end);
    const int number = old.console.fd();
    std::optional<Terminal<typename TestFixture::Console>> next;
    Outcome written;
    one.console.async_read([&](std::error_code, std::span<const std::byte>) {
      old.console.close();
      next = this->add_terminal(Hangup::end);
      next->console.async_write(bytes(much), written.handler());
    });
    say(one.slave, "x");
    old.hang_up();
    ASSERT_TRUE(wait_readable(one.console.fd()));
    ASSERT_TRUE(wait_readable(old.console.fd()));
    ASSERT_TRUE(this->serve_until([&] { return next.has_value(); }));
    if (next->console.fd() == number) ++reused;
    InThread reader([&] { return hear(next->slave, much.size()).size(); });
    ASSERT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
    ASSERT_FALSE(written.error()) << written.error().message();
    ASSERT_EQ(reader.get(), much.size());
  }
  EXPECT_GT(reused, 0);
}

}  // namespace
}  // namespace conq::test
