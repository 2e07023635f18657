// SPDX-License-Identifier: Apache-2.0
// A relay takes no more than it can hold, and one direction never waits for the other.

#include "tests/unit/relay/noise.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayBackpressure : public RelayTest<OnBackend> {
 protected:
  /// How much a pipe takes that nobody reads.
  std::size_t pipe_capacity() {
    const auto pipe = this->source();
    return this->send_until_full(pipe.peer);
  }
};
TYPED_TEST_SUITE(RelayBackpressure, Backends, BackendNames);

TYPED_TEST(RelayBackpressure, TakesNoMoreThanItsBufferAheadOfASlowReader) {
  constexpr std::size_t buffer = 10'000;
  const std::size_t kernel = 2 * this->pipe_capacity();
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  options.buffer = buffer;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  const std::size_t sent = this->send_until_full(a.peer);
  EXPECT_LE(sent, kernel + buffer);
  EXPECT_GT(sent, kernel / 2) << "nothing was taken ahead";
  // Each byte that the reader takes makes room for another, and no more.
  const std::string taken = this->receive(b.peer, 5'000);
  EXPECT_LE(sent + this->send_until_full(a.peer), kernel + buffer + taken.size());
}

TYPED_TEST(RelayBackpressure, ADirectionThatCannotWriteDoesNotStopTheOther) {
  auto a = this->socket();
  auto b = this->raw_console();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  const std::size_t stuck = this->send_until_full(a.peer);
  this->send(b.peer, "while the paste is stuck");
  EXPECT_EQ(this->receive(a.peer, 24), "while the paste is stuck");
  EXPECT_EQ(this->receive(b.peer, stuck), std::string(stuck, 'x'));
}

TYPED_TEST(RelayBackpressure, ABufferOfOneByteIsEnough) {
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  options.buffer = 1;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  const std::string noise = make_noise(1000);
  this->send(a.peer, noise);
  expect_same(this->receive(b.peer, noise.size()), noise);
}

TYPED_TEST(RelayBackpressure, SlowReadersMissNothing) {
  auto a = this->source();
  auto b = this->sink();
  RelayOptions options;
  options.backward = false;
  options.buffer = 777;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  const std::string noise = make_noise(500'000);
  std::string_view rest = noise;
  std::string arrived;
  while (arrived.size() < noise.size()) {
    const ssize_t count = ::write(a.peer.get(), rest.data(), rest.size());
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
    this->serve_all();
    arrived += this->receive(b.peer, std::min<std::size_t>(1000, noise.size() - arrived.size()));
    ASSERT_FALSE(this->HasFatalFailure());
  }
  expect_same(arrived, noise);
}

}  // namespace
}  // namespace conq::test
