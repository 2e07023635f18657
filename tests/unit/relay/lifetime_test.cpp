// SPDX-License-Identifier: Apache-2.0
// Relays, channels and pollers that go while bytes are on their way: done is called once, always.

#include <memory>
#include <optional>

#include "tests/support/descriptors.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayLifetime : public RelayTest<OnBackend> {};
TYPED_TEST_SUITE(RelayLifetime, Backends, BackendNames);

TYPED_TEST(RelayLifetime, DroppingARelayStopsIt) {
  auto a = this->socket();
  auto b = this->socket();
  {
    const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
    this->serve_all();
  }
  EXPECT_FALSE(this->serve_to_end().forward_error);
}

TYPED_TEST(RelayLifetime, AssigningToARelayStopsIt) {
  auto a = this->socket();
  auto b = this->socket();
  auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  relay = {};
  this->serve_to_end();
}

TYPED_TEST(RelayLifetime, AMovedRelayGoesOn) {
  auto a = this->socket();
  auto b = this->socket();
  auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  const auto moved = std::move(relay);
  relay.stop();  // NOLINT(bugprone-use-after-move): that it does nothing is what is asked
  this->send(a.peer, "passed on");
  EXPECT_EQ(this->receive(b.peer, 9), "passed on");
}

TYPED_TEST(RelayLifetime, ADoneHandlerMayDropRelayAndChannels) {
  struct Session {
    Linked<typename TestFixture::Stream> a, b;
    typename TestFixture::Relay relay;
  };
  auto session = std::make_unique<Session>(Session{this->socket(), this->socket(), {}});
  session->relay = TestFixture::Relay::start(session->a.channel, session->b.channel, {},
                                             [&, done = this->done()](const RelayResult& r) {
                                               session.reset();
                                               done(r);
                                             });
  session->b.peer.reset();
  this->serve_to_end();
  EXPECT_EQ(session, nullptr);
}

TYPED_TEST(RelayLifetime, WhatTheHandlerOwnsGoesWithIt) {
  const auto owned = std::make_shared<int>();
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.forward_tap = [owned](std::span<const std::byte>) {};
  const auto relay =
      TestFixture::Relay::start(a.channel, b.channel, std::move(options),
                                [owned, done = this->done()](const RelayResult& r) { done(r); });
  EXPECT_EQ(owned.use_count(), 3);
  b.peer.reset();
  this->serve_to_end();
  EXPECT_EQ(owned.use_count(), 1) << "kept although the relay is over";
}

TYPED_TEST(RelayLifetime, TheShutdownOfAChannelEndsWhatUsesItAfterItsLastByte) {
  auto a = this->socket();
  auto b = this->socket();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  this->serve_all();
  ASSERT_EQ(::write(b.peer.get(), "last", 4), 4);
  b.channel.shutdown();
  const RelayResult& result = this->serve_to_end();
  EXPECT_FALSE(result.backward_error) << result.backward_error.message();
  EXPECT_EQ(this->receive_available(a.peer), "last");
}

TYPED_TEST(RelayLifetime, ADroppedChannelEndsWhatUsesIt) {
  auto a = this->socket();
  std::optional b(this->socket());
  const auto relay = TestFixture::Relay::start(a.channel, b->channel, {}, this->done());
  this->serve_all();
  b.reset();
  this->serve_to_end();
  EXPECT_EQ(this->done_calls, 1);
}

TYPED_TEST(RelayLifetime, ClosingThePollerEndsItInsideWait) {
  auto a = this->socket();
  auto b = this->socket();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  this->serve_all();
  this->poller.close();
  this->poller.wait();
  EXPECT_EQ(this->done_calls, 1);
}

TYPED_TEST(RelayLifetime, ClosingThePollerEndsAWriteThatFoundNoRoom) {
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  this->send_until_full(a.peer);
  this->poller.close();
  this->poller.wait();
  EXPECT_EQ(this->done_calls, 1);
  EXPECT_EQ(this->told.forward_error, errc::shut_down);
}

TYPED_TEST(RelayLifetime, DroppingThePollerCallsDoneAndLeaksNothing) {
  int calls = 0;
  std::array<int, 2> fds{};
  typename TestFixture::Relay relay;
  {
    typename TestFixture::Poller other;
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds.data()), 0);
    auto a = other.add(Fd(fds[0]));
    auto b = other.add(Fd(fds[1]));
    relay = TestFixture::Relay::start(a, b, {}, [&](const RelayResult&) { ++calls; });
  }
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(is_open(fds[0]));
  EXPECT_FALSE(is_open(fds[1]));
}

}  // namespace
}  // namespace conq::test
