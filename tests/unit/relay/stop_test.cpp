// SPDX-License-Identifier: Apache-2.0
// stop(): nothing more is read, what was read is written, and that from any thread.

#include <atomic>
#include <thread>

#include "tests/support/in_thread.hpp"
#include "tests/unit/relay/noise.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayStop : public RelayTest<OnBackend> {};
TYPED_TEST_SUITE(RelayStop, Backends, BackendNames);

TYPED_TEST(RelayStop, EndsAnIdleRelayWithoutAnError) {
  auto a = this->socket();
  auto b = this->raw_console();
  auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  this->serve_all();
  relay.stop();
  EXPECT_EQ(this->done_calls, 0) << "done is for wait() to call";
  const RelayResult& result = this->serve_to_end();
  EXPECT_FALSE(result.forward_error) << result.forward_error.message();
  EXPECT_FALSE(result.backward_error) << result.backward_error.message();
}

TYPED_TEST(RelayStop, WhatWasReadIsStillWritten) {
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  const std::string noise = make_noise(1'000'000);
  std::string_view rest = noise;
  this->serve_until([&] {
    const ssize_t count = ::write(a.peer.get(), rest.data(), rest.size());
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
    return this->poller.wait_for(std::chrono::nanoseconds::zero()) == 0;
  });
  relay.stop();
  this->serve_all();
  EXPECT_EQ(this->done_calls, 0) << "the buffer is not written yet";
  std::string arrived;
  this->serve_until([&] {
    arrived += read_available(b.peer.get());
    return this->done_calls > 0;
  });
  arrived += read_available(b.peer.get());
  EXPECT_EQ(arrived.size(), this->told.forward_bytes);
  // The rest stayed where it was: in the source.
  arrived += read_available(a.channel.fd());
  expect_same(arrived, std::string_view(noise).substr(0, noise.size() - rest.size()));
}

TYPED_TEST(RelayStop, WhatWasReadIsWrittenAlsoToAChannelWhoseReadIsCancelled) {
  auto a = this->socket();
  auto b = this->source();
  auto nowhere = this->sink();
  auto relay = TestFixture::Relay::start(a.channel, {b.channel, nowhere.channel}, {}, this->done());
  const std::size_t sent = this->send_until_full(b.peer);
  relay.stop();
  this->serve_all();
  EXPECT_EQ(this->done_calls, 0) << "the buffer is not written yet";
  std::string arrived;
  this->serve_until([&] {
    arrived += read_available(a.peer.get());
    return this->done_calls > 0;
  });
  EXPECT_FALSE(this->told.backward_error) << this->told.backward_error.message();
  arrived += read_available(a.peer.get()) + read_available(b.channel.fd());
  EXPECT_EQ(arrived.size(), sent);
}

TYPED_TEST(RelayStop, OfAReceiverThatTakesNothingItsShutdownIsTheEnd) {
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  this->send_until_full(a.peer);
  relay.stop();
  this->serve_all();
  EXPECT_EQ(this->done_calls, 0);
  b.channel.shutdown();
  EXPECT_EQ(this->serve_to_end().forward_error, errc::shut_down);
}

TYPED_TEST(RelayStop, TheChannelsAreFreeForOthersAfterwards) {
  auto a = this->socket();
  auto b = this->socket();
  auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  relay.stop();
  this->serve_to_end();
  std::string got;
  a.channel.async_read([&](std::error_code, std::span<const std::byte> read) { got = text(read); });
  this->send(a.peer, "for another reader");
  this->serve_until([&] { return !got.empty(); });
  EXPECT_EQ(got, "for another reader");
}

TYPED_TEST(RelayStop, AgainAndAfterTheEndDoesNothing) {
  auto a = this->socket();
  auto b = this->socket();
  auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  relay.stop();
  relay.stop();
  this->serve_to_end();
  relay.stop();
  this->serve_all();
  EXPECT_EQ(this->done_calls, 1);
}

TYPED_TEST(RelayStop, OfNoRelayDoesNothing) {
  typename TestFixture::Relay none;
  none.stop();
  typename TestFixture::Relay moved = std::move(none);
  moved.stop();
}

TYPED_TEST(RelayStop, MayBeCalledByATap) {
  auto a = this->socket();
  auto b = this->socket();
  typename TestFixture::Relay relay;
  RelayOptions options;
  options.forward_tap = [&](std::span<const std::byte>) { relay.stop(); };
  relay = TestFixture::Relay::start(a.channel, b.channel, std::move(options), this->done());
  this->send(a.peer, "last words");
  this->serve_to_end();
  EXPECT_EQ(this->receive_available(b.peer), "last words");
}

TYPED_TEST(RelayStop, FromAnotherThreadLosesAndDoublesNothing) {
  const std::string noise = make_noise(200'000);
  for (int round = 0; round < 50; ++round) {
    this->done_calls = 0;
    auto a = this->source();
    auto b = this->sink();
    RelayOptions options;
    options.backward = false;
    options.buffer = 512;
    auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
    std::string_view rest = noise;
    std::string arrived;
    // Each round at another place in the stream.
    const std::size_t stop_after = static_cast<std::size_t>(round) * 1000;
    std::atomic<bool> go = false;
    InThread stopper([&] {
      while (!go) std::this_thread::yield();
      relay.stop();
    });
    this->serve_until([&] {
      const ssize_t count = ::write(a.peer.get(), rest.data(), rest.size());
      if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
      arrived += read_available(b.peer.get());
      if (arrived.size() >= stop_after) go = true;
      return this->done_calls > 0;
    });
    stopper.get();
    arrived += read_available(b.peer.get()) + read_available(a.channel.fd());
    expect_same(arrived, std::string_view(noise).substr(0, noise.size() - rest.size()));
    ASSERT_FALSE(this->HasFailure()) << "round " << round;
  }
}

TYPED_TEST(RelayStop, MayRaceWithTheEndBetweenTwoServers) {
  const Server first(this->poller);
  const Server second(this->poller);
  for (int round = 0; round < 300; ++round) {
    auto a = this->socket();
    auto b = this->socket();
    std::atomic<int> calls = 0;
    std::promise<void> ended;
    auto relay =
        TestFixture::Relay::start(a.channel, b.channel, {}, [&](const RelayResult& result) {
          EXPECT_FALSE(result.forward_error) << result.forward_error.message();
          EXPECT_FALSE(result.backward_error) << result.backward_error.message();
          ++calls;
          ended.set_value();
        });
    ASSERT_EQ(::write(a.peer.get(), "text", 4), 4);
    ASSERT_EQ(::shutdown(b.peer.get(), SHUT_WR), 0);
    relay.stop();
    ASSERT_EQ(ended.get_future().wait_for(deadline), std::future_status::ready);
    EXPECT_EQ(calls, 1);
  }
}

}  // namespace
}  // namespace conq::test
