// SPDX-License-Identifier: Apache-2.0
// wait() within a handler: serves the others, and ends at close() whatever is behind the handler.
#include <memory>
#include <stdexcept>

#include "conq/task.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseWaitInHandler : public PollerTest<On> {
 protected:
  /// In a thread of its own, which cannot hang longer than the deadline.
  void serve_to_the_end() {
    InThread serving([&] { this->poller.wait(); });
    serving.get();
  }
};
TYPED_TEST_SUITE(MisuseWaitInHandler, Backends, BackendNames);

TYPED_TEST(MisuseWaitInHandler, ForATimeServesTheOthersButNotItsOwnDirection) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  Outcome again;
  Outcome served;
  std::size_t count = 0;
  std::array<std::byte, 1> room{};
  one.console.async_read(room, [&](std::error_code, std::size_t) {
    one.console.async_read(again.lent_handler());
    other.console.async_read(served.lent_handler());
    count = this->poller.wait_for(deadline);
    EXPECT_EQ(served.calls(), 1);
    EXPECT_EQ(again.calls(), 0);
  });
  say(other.slave, "y");
  say(one.slave, "xz");
  EXPECT_TRUE(this->serve_until([&] { return again.calls() > 0; }));
  EXPECT_EQ(count, 1U);
  EXPECT_EQ(again.text(), "z");
}

TYPED_TEST(MisuseWaitInHandler, EndsAtCloseThoughItsOwnDirectionIsPending) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  Outcome again;
  one.console.async_read([&](std::error_code, std::span<const std::byte>) {
    one.console.async_read(again.lent_handler());
    other.console.async_read(
        [&](std::error_code, std::span<const std::byte>) { this->poller.close(); });
    this->poller.wait();
    EXPECT_EQ(again.calls(), 0) << "its handler comes after this one";
  });
  say(one.slave, "x");
  say(other.slave, "y");
  this->serve_to_the_end();
  EXPECT_EQ(again.calls(), 1) << "the wait() around it has completed it";
}

TYPED_TEST(MisuseWaitInHandler, EndsAtCloseInACoroutineToo) {
  auto terminal = this->add_terminal();
  Outcome again;
  const auto body = [](auto& serving, auto& console, Outcome& then) -> Task<> {
    std::array<std::byte, 8> room{};
    co_await console.async_read(room);
    console.async_read(then.lent_handler());
    serving.close();
    serving.wait();
  };
  bool ended = false;
  start(body(this->poller, terminal.console, again),
        [&](const std::exception_ptr&) { ended = true; });
  say(terminal.slave, "x");
  this->serve_to_the_end();
  EXPECT_TRUE(ended);
  EXPECT_EQ(again.calls(), 1);
}

TYPED_TEST(MisuseWaitInHandler, PassesOnWhatAHandlerThrowsWithinIt) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  bool thrown = false;
  one.console.async_read([&](std::error_code, std::span<const std::byte>) {
    other.console.async_read(
        [](std::error_code, std::span<const std::byte>) { throw std::runtime_error("mine"); });
    EXPECT_THROW(this->poller.wait(), std::runtime_error);
    thrown = true;
  });
  say(one.slave, "x");
  say(other.slave, "y");
  EXPECT_TRUE(this->serve_until([&] { return thrown; }));
}

TYPED_TEST(MisuseWaitInHandler, ThePollerMayBeDestroyedWithinIt) {
  auto doomed = std::make_unique<typename TestFixture::Poller>();
  auto one = test::add_terminal(*doomed);
  auto other = test::add_terminal(*doomed);
  Outcome again;
  one.console.async_read([&](std::error_code, std::span<const std::byte>) {
    one.console.async_read(again.lent_handler());
    other.console.async_read([&](std::error_code, std::span<const std::byte>) { doomed.reset(); });
    doomed->wait();
  });
  say(one.slave, "x");
  say(other.slave, "y");
  InThread serving([&] { doomed->wait(); });
  serving.get();
  EXPECT_EQ(doomed, nullptr);
  EXPECT_EQ(again.calls(), 1);
}

}  // namespace
}  // namespace conq::test
