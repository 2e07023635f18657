// SPDX-License-Identifier: Apache-2.0
// Relays that share what they cannot share, or whose channels are on two pollers.
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseRelay : public PollerTest<On> {
 protected:
  auto done() {
    return [this](const RelayResult& result) {
      ++ends;
      told = result;
    };
  }
  int ends = 0;
  RelayResult told;
};
TYPED_TEST_SUITE(MisuseRelay, Backends, BackendNames);

TYPED_TEST(MisuseRelay, ASecondOnTheSameChannelsIsRefusedAndTheFirstGoesOn) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  auto relay = TestFixture::Relay::start(one.console, other.console, {}, this->done());
  std::error_code ec;
  bool called = false;
  auto second = TestFixture::Relay::start(
      one.console, other.console, {}, [&](const RelayResult&) { called = true; }, ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  second.stop();
  say(one.slave, "x");
  EXPECT_TRUE(this->serve_until(
      [&] { return wait_readable(other.slave.get(), std::chrono::milliseconds(0)); }));
  EXPECT_EQ(hear(other.slave, 1), "x");
  relay.stop();
  EXPECT_TRUE(this->serve_until([&] { return this->ends > 0; }));
  EXPECT_FALSE(called);
}

TYPED_TEST(MisuseRelay, OfOneChannelWithItselfIsRefusedBothWaysAndEchoesOneWay) {
  auto terminal = this->add_terminal();
  std::error_code ec;
  auto refused =
      TestFixture::Relay::start(terminal.console, terminal.console, {}, this->done(), ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  this->serve_what_is_ready();
  RelayOptions options;
  options.backward = false;
  auto echo = TestFixture::Relay::start(terminal.console, terminal.console, std::move(options),
                                        this->done());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until(
      [&] { return wait_readable(terminal.slave.get(), std::chrono::milliseconds(0)); }));
  EXPECT_EQ(hear(terminal.slave, 1), "x");
  echo.stop();
  EXPECT_TRUE(this->serve_until([&] { return this->ends > 0; }));
  EXPECT_EQ(this->ends, 1);
}

TYPED_TEST(MisuseRelay, BetweenTwoPollersPassesBytesWhereBothAreServed) {
  typename TestFixture::Poller another;
  auto one = this->add_terminal();
  auto other = test::add_terminal(another);
  auto relay = TestFixture::Relay::start(one.console, other.console, {}, this->done());
  const auto serve_both = [&] {
    this->poller.wait_for(std::chrono::milliseconds(1));
    another.wait_for(std::chrono::milliseconds(1));
  };
  say(one.slave, "x");
  say(other.slave, "y");
  EXPECT_TRUE(eventually([&] {
    serve_both();
    return wait_readable(one.slave.get(), std::chrono::milliseconds(0)) &&
           wait_readable(other.slave.get(), std::chrono::milliseconds(0));
  }));
  EXPECT_EQ(hear(other.slave, 1) + hear(one.slave, 1), "xy");
  relay.stop();
  EXPECT_TRUE(eventually([&] {
    serve_both();
    return this->ends > 0;
  }));
  EXPECT_FALSE(this->told.forward_error || this->told.backward_error);
}

TYPED_TEST(MisuseRelay, BetweenTwoPollersTheEndOfOneEndsIt) {
  auto another = std::make_unique<typename TestFixture::Poller>();
  auto one = this->add_terminal();
  auto other = test::add_terminal(*another);
  auto relay = TestFixture::Relay::start(one.console, other.console, {}, this->done());
  say(one.slave, "x");
  another.reset();
  EXPECT_TRUE(this->serve_until([&] { return this->ends > 0; }));
  EXPECT_EQ(this->ends, 1);
}

}  // namespace
}  // namespace conq::test
