// SPDX-License-Identifier: Apache-2.0
// What start() refuses, and how it says so.

#include <limits>

#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class RelayRefusals : public RelayTest<OnBackend> {
 protected:
  using typename RelayTest<OnBackend>::Relay;

  template <class A, class B>
  std::error_code refusal(A& a, B& b, RelayOptions options = {}) {
    std::error_code ec;
    const Relay relay = Relay::start(a, b, std::move(options), this->done(), ec);
    return ec;
  }
};
TYPED_TEST_SUITE(RelayRefusals, Backends, BackendNames);

TYPED_TEST(RelayRefusals, NoDirectionIsAnInvalidArgument) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.forward = options.backward = false;
  EXPECT_EQ(this->refusal(a.channel, b.channel, options), std::errc::invalid_argument);
}

TYPED_TEST(RelayRefusals, NoBufferIsAnInvalidArgument) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.buffer = 0;
  EXPECT_EQ(this->refusal(a.channel, b.channel, options), std::errc::invalid_argument);
}

TYPED_TEST(RelayRefusals, ABufferThatNobodyHasIsNotEnoughMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer ends a program that asks for this much";
#endif
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.buffer = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(this->refusal(a.channel, b.channel, options), std::errc::not_enough_memory);
}

TYPED_TEST(RelayRefusals, AClosedOrMovedChannelIsClosed) {
  auto a = this->socket();
  auto b = this->socket();
  typename TestFixture::Stream none;
  EXPECT_EQ(this->refusal(none, b.channel), errc::closed);
  EXPECT_EQ(this->refusal(a.channel, none), errc::closed);
  b.channel.close();
  EXPECT_EQ(this->refusal(a.channel, b.channel), errc::closed);
}

TYPED_TEST(RelayRefusals, AnotherReaderIsAnOperationInProgressAndUndoesTheStart) {
  auto a = this->socket();
  auto b = this->socket();
  std::string mine;
  b.channel.async_read([&](std::error_code, std::span<const std::byte> got) { mine = text(got); });
  EXPECT_EQ(this->refusal(a.channel, b.channel), std::errc::operation_in_progress);
  this->serve_all();
  EXPECT_EQ(this->done_calls, 0) << "done is dropped where start fails";

  this->send(b.peer, "for me");
  this->serve_until([&] { return !mine.empty(); });
  EXPECT_EQ(mine, "for me");
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
  this->send(a.peer, "for the relay");
  EXPECT_EQ(this->receive(b.peer, 13), "for the relay");
}

TYPED_TEST(RelayRefusals, AnotherWriterEndsTheDirection) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.backward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  const std::string much(4'000'000, 'x');
  b.channel.async_write(bytes(much), [](std::error_code, std::size_t) {});
  this->serve_all();
  this->send(a.peer, "no turn");
  EXPECT_EQ(this->serve_to_end().forward_error, std::errc::operation_in_progress);
}

TYPED_TEST(RelayRefusals, TheExceptionNamesBothEnds) {
  auto a = this->socket();
  auto b = this->console();
  b.channel.close();
  const std::string a_name = "descriptor " + std::to_string(a.channel.fd());
  try {
    TestFixture::Relay::start(a.channel, b.channel, {}, this->done());
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), errc::closed);
    EXPECT_EQ(std::string(error.what()).rfind("relay " + a_name + " and /dev/", 0), 0U)
        << error.what();
  }
}

}  // namespace
}  // namespace conq::test
