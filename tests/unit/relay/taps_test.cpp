// SPDX-License-Identifier: Apache-2.0
// Who is shown what is passed on.

#include <stdexcept>

#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayTaps : public RelayTest<OnBackend> {};
TYPED_TEST_SUITE(RelayTaps, Backends, BackendNames);

TYPED_TEST(RelayTaps, SeeTheBytesOfTheirDirection) {
  std::string forward;
  std::string backward;
  RelayOptions options;
  options.forward_tap = [&](std::span<const std::byte> piece) { forward += text(piece); };
  options.backward_tap = [&](std::span<const std::byte> piece) { backward += text(piece); };
  auto a = this->socket();
  auto b = this->socket();
  const auto relay =
      TestFixture::Relay::start(a.channel, b.channel, std::move(options), this->done());
  this->send(a.peer, "there");
  this->send(b.peer, "and back");
  this->receive(b.peer, 5);
  this->receive(a.peer, 8);
  EXPECT_EQ(forward, "there");
  EXPECT_EQ(backward, "and back");
}

TYPED_TEST(RelayTaps, SeeAPieceBeforeItIsPassedOn) {
  auto a = this->socket();
  auto b = this->socket();
  std::string passed_on_before;
  RelayOptions options;
  options.forward_tap = [&](std::span<const std::byte>) {
    passed_on_before += read_available(b.peer.get()) + "|";
  };
  const auto relay =
      TestFixture::Relay::start(a.channel, b.channel, std::move(options), this->done());
  this->send(a.peer, "one");
  this->serve_all();
  this->send(a.peer, "two");
  this->serve_all();
  EXPECT_EQ(passed_on_before, "|one|");
}

TYPED_TEST(RelayTaps, OneThatThrowsEndsItsDirectionAndLeavesWait) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.forward_tap = [](std::span<const std::byte>) { throw std::runtime_error("disk full"); };
  const auto relay =
      TestFixture::Relay::start(a.channel, b.channel, std::move(options), this->done());
  ASSERT_EQ(::write(a.peer.get(), "recorded", 8), 8);
  EXPECT_THROW(this->serve_until([] { return false; }), std::runtime_error);
  this->send(b.peer, "the other goes on");
  EXPECT_EQ(this->receive(a.peer, 17), "the other goes on");
  b.peer.reset();
  const RelayResult& result = this->serve_to_end();
  EXPECT_EQ(result.forward_error, std::errc::operation_canceled);
  EXPECT_EQ(result.forward_bytes, 0U);
}

TYPED_TEST(RelayTaps, OneThatThrowsStopsTheRelayWhereItsEndDoes) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.end_with_forward = true;
  options.forward_tap = [](std::span<const std::byte>) { throw std::runtime_error("disk full"); };
  const auto relay =
      TestFixture::Relay::start(a.channel, b.channel, std::move(options), this->done());
  ASSERT_EQ(::write(a.peer.get(), "recorded", 8), 8);
  EXPECT_THROW(this->serve_until([] { return false; }), std::runtime_error);
  EXPECT_FALSE(this->serve_to_end().backward_error);
}

}  // namespace
}  // namespace conq::test
