// SPDX-License-Identifier: Apache-2.0
// Which bytes go where.

#include "tests/support/temp_dir.hpp"
#include "tests/unit/relay/noise.hpp"
#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayDirections : public RelayTest<OnBackend> {};
TYPED_TEST_SUITE(RelayDirections, Backends, BackendNames);

TYPED_TEST(RelayDirections, PassesBytesBothWays) {
  auto a = this->socket();
  auto b = this->raw_console();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  this->send(a.peer, "to the console");
  EXPECT_EQ(this->receive(b.peer, 14), "to the console");
  this->send(b.peer, "to the socket");
  EXPECT_EQ(this->receive(a.peer, 13), "to the socket");
}

TYPED_TEST(RelayDirections, ForwardAloneLeavesTheOtherDirectionToOthers) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.backward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  this->send(a.peer, "forward");
  this->send(b.peer, "backward");
  EXPECT_EQ(this->receive(b.peer, 7), "forward");
  std::array<std::byte, 64> buffer{};
  EXPECT_EQ(text(std::span(buffer).first(b.channel.read(buffer))), "backward");
  a.channel.write(bytes("mine"));
  EXPECT_EQ(this->receive(a.peer, 4), "mine");
}

TYPED_TEST(RelayDirections, BackwardAloneLeavesTheOtherDirectionToOthers) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.forward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  this->send(a.peer, "forward");
  this->send(b.peer, "backward");
  EXPECT_EQ(this->receive(a.peer, 8), "backward");
  std::array<std::byte, 64> buffer{};
  EXPECT_EQ(text(std::span(buffer).first(a.channel.read(buffer))), "forward");
}

TYPED_TEST(RelayDirections, AnEndMayBeOneChannelReadAndAnotherWritten) {
  auto in = this->source();
  auto out = this->sink();
  auto console = this->raw_console();
  const auto relay =
      TestFixture::Relay::start({in.channel, out.channel}, console.channel, {}, this->done());
  this->send(in.peer, "typed");
  EXPECT_EQ(this->receive(console.peer, 5), "typed");
  this->send(console.peer, "shown");
  EXPECT_EQ(this->receive(out.peer, 5), "shown");
}

TYPED_TEST(RelayDirections, TwoRelaysMayShareAConsole) {
  auto in = this->source();
  auto out = this->sink();
  auto console = this->raw_console();
  RelayOptions one_way;
  one_way.backward = false;
  const auto typing = TestFixture::Relay::start(in.channel, console.channel, one_way, this->done());
  const auto showing =
      TestFixture::Relay::start(console.channel, out.channel, one_way, this->done());
  this->send(in.peer, "typed");
  EXPECT_EQ(this->receive(console.peer, 5), "typed");
  this->send(console.peer, "shown");
  EXPECT_EQ(this->receive(out.peer, 5), "shown");
}

TYPED_TEST(RelayDirections, TakesAFileAsSourceAndAsSink) {
  const TempDir dir;
  const std::string noise = make_noise(300'000);
  auto from = this->poller.add(Fd(::open(dir.file("from", noise).c_str(), O_RDONLY | O_CLOEXEC)));
  auto to =
      this->poller.add(Fd(::open(dir.file("to", "").c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC)));
  RelayOptions options;
  options.backward = false;
  const auto relay = TestFixture::Relay::start(from, to, options, this->done());
  const RelayResult& result = this->serve_to_end();
  EXPECT_EQ(result.forward_bytes, noise.size());
  EXPECT_FALSE(result.forward_error) << result.forward_error.message();
  const Fd written(::open((dir / "to").c_str(), O_RDONLY | O_CLOEXEC));
  expect_same(read_to_end(written.get()), noise);
}

TYPED_TEST(RelayDirections, EveryByteArrivesUnchangedBothWaysAtOnce) {
  auto a = this->socket();
  auto b = this->raw_console();
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  const std::string noise_there = make_noise(2'000'000, 1);
  const std::string noise_back = make_noise(2'000'000, 2);
  std::string_view there = noise_there;
  std::string_view back = noise_back;
  std::string arrived_there;
  std::string arrived_back;
  const auto write_some = [](const Fd& peer, std::string_view& rest) {
    const ssize_t count = ::write(peer.get(), rest.data(), rest.size());
    if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
  };
  this->serve_until([&] {
    write_some(a.peer, there);
    write_some(b.peer, back);
    arrived_there += read_available(b.peer.get());
    arrived_back += read_available(a.peer.get());
    return arrived_there.size() >= noise_there.size() && arrived_back.size() >= noise_back.size();
  });
  expect_same(arrived_there, noise_there);
  expect_same(arrived_back, noise_back);
}

}  // namespace
}  // namespace conq::test
