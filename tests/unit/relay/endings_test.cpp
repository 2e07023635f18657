// SPDX-License-Identifier: Apache-2.0
// What ends a relay, and what is still passed on then.

#include <csignal>

#include "tests/unit/relay/noise.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayEndings : public RelayTest<OnBackend> {};
TYPED_TEST_SUITE(RelayEndings, Backends, BackendNames);

void end_writing(const Fd& socket) { ASSERT_EQ(::shutdown(socket.get(), SHUT_WR), 0); }

TYPED_TEST(RelayEndings, TheEndOfForwardLeavesBackwardGoing) {
  auto a = this->socket();
  auto b = this->socket();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  end_writing(a.peer);
  this->serve_all();
  this->send(b.peer, "an answer after the question");
  EXPECT_EQ(this->receive(a.peer, 28), "an answer after the question");
  EXPECT_EQ(this->done_calls, 0);
}

TYPED_TEST(RelayEndings, TheEndOfBackwardStopsForward) {
  auto a = this->socket();
  auto b = this->socket();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  end_writing(b.peer);
  const RelayResult& result = this->serve_to_end();
  EXPECT_FALSE(result.forward_error) << result.forward_error.message();
  EXPECT_FALSE(result.backward_error) << result.backward_error.message();
  // Nobody reads there any more.
  this->send(a.peer, "late");
  EXPECT_EQ(this->receive_available(b.peer), "");
}

TYPED_TEST(RelayEndings, EndWithForwardStopsBackward) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.end_with_forward = true;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  end_writing(a.peer);
  EXPECT_FALSE(this->serve_to_end().backward_error);
}

TYPED_TEST(RelayEndings, WithoutEndWithBackwardForwardGoesOn) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.end_with_backward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  end_writing(b.peer);
  this->serve_all();
  this->send(a.peer, "still forward");
  EXPECT_EQ(this->receive(b.peer, 13), "still forward");
  EXPECT_EQ(this->done_calls, 0);
  end_writing(a.peer);
  this->serve_to_end();
}

TYPED_TEST(RelayEndings, ARelayWithOneDirectionEndsWithIt) {
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  this->send(a.peer, "all of it");
  a.peer.reset();
  const RelayResult& result = this->serve_to_end();
  EXPECT_EQ(result.forward_bytes, 9U);
  EXPECT_EQ(result.backward_bytes, 0U);
  EXPECT_EQ(this->receive_available(b.peer), "all of it");
}

TYPED_TEST(RelayEndings, TellsTheBytesOfEachDirection) {
  auto a = this->socket();
  auto b = this->raw_console({Hangup::end});
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  this->send(a.peer, "12345");
  EXPECT_EQ(this->receive(b.peer, 5), "12345");
  this->send(b.peer, "123");
  b.peer.reset();
  const RelayResult& result = this->serve_to_end();
  EXPECT_EQ(result.forward_bytes, 5U);
  EXPECT_EQ(result.backward_bytes, 3U);
}

TYPED_TEST(RelayEndings, WhatTheSourceHeldAtItsEndIsStillPassedOn) {
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  options.buffer = 1000;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  const std::size_t sent = this->send_until_full(a.peer);
  a.peer.reset();
  EXPECT_EQ(this->done_calls, 0);
  EXPECT_EQ(this->receive(b.peer, sent).size(), sent);
  EXPECT_EQ(this->serve_to_end().forward_bytes, sent);
}

TYPED_TEST(RelayEndings, AWriterThatHangsUpAtOnceLosesNothing) {
  auto a = this->sink();
  auto b = this->raw_console({Hangup::end});
  const std::size_t sent = this->send_until_full(b.peer);
  b.peer.reset();
  RelayOptions options;
  options.forward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  EXPECT_EQ(this->receive(a.peer, sent).size(), sent);
  EXPECT_EQ(this->serve_to_end().backward_bytes, sent);
}

TYPED_TEST(RelayEndings, AConsoleThatHangsUpForAWhileEndsNothing) {
  auto a = this->socket();
  auto b = this->raw_console({Hangup::wait});
  std::array<char, 128> name{};
  ASSERT_EQ(::ttyname_r(b.peer.get(), name.data(), name.size()), 0);
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  b.peer.reset();
  this->serve_all();
  EXPECT_EQ(this->done_calls, 0);
  b.peer.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(b.peer);
  this->send(b.peer, "back again");
  EXPECT_EQ(this->receive(a.peer, 10), "back again");
}

TYPED_TEST(RelayEndings, TellsWhatEndedADirection) {
  // Writing to a socket without a peer raises SIGPIPE, which is the program's to ignore.
  std::signal(SIGPIPE, SIG_IGN);
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  b.peer.reset();
  this->send(a.peer, "to nobody");
  const RelayResult& result = this->serve_to_end();
  EXPECT_EQ(result.forward_error, std::errc::broken_pipe);
  EXPECT_EQ(result.forward_bytes, 0U);
}

TYPED_TEST(RelayEndings, AWriteErrorEndsItsDirectionOnly) {
  std::signal(SIGPIPE, SIG_IGN);
  auto in = this->source();
  auto out = this->sink();
  auto b = this->raw_console();
  RelayOptions options;
  options.end_with_backward = false;
  const auto relay =
      TestFixture::Relay::start({in.channel, out.channel}, b.channel, options, this->done());
  out.peer.reset();
  this->send(b.peer, "shown to nobody");
  this->serve_all();
  this->send(in.peer, "typed");
  EXPECT_EQ(this->receive(b.peer, 5), "typed");
  in.peer.reset();
  const RelayResult& result = this->serve_to_end();
  EXPECT_EQ(result.backward_error, std::errc::broken_pipe);
  EXPECT_FALSE(result.forward_error) << result.forward_error.message();
}

}  // namespace
}  // namespace conq::test
