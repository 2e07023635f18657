// SPDX-License-Identifier: Apache-2.0
// What a handler of any kind throws leaves wait(); the poller goes on with all that was ready.
#include <stdexcept>

#include "conq/task.hpp"
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

/// A coroutine that passes on what it throws to whoever resumes it, as some libraries' do. Its
/// frame is its owner's to destroy.
struct Unguarded {
  struct promise_type {
    Unguarded get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const { throw; }
  };
  std::coroutine_handle<> frame;
};

template <class Console>
Unguarded read_and_throw(Console& console) {
  std::array<std::byte, 8> room{};
  co_await console.async_read(room);
  throw std::runtime_error("mine");
}

template <class On>
class MisuseExceptions : public ProcessTest<On> {
 protected:
  /// `start_one` starts what throws once. Two others are ready in the same turn, before and behind.
  void expect_leaves_wait_and_loses_nothing(std::function<void()> start_one) {
    auto before = this->add_terminal();
    auto behind = this->add_terminal();
    Outcome reads[2];
    Outcome writes[2];
    say(before.slave, "1");
    say(behind.slave, "2");
    ASSERT_TRUE(wait_readable(before.console.fd()));
    ASSERT_TRUE(wait_readable(behind.console.fd()));
    before.console.async_read(reads[0].lent_handler());
    before.console.async_write(bytes("a"), writes[0].handler());
    start_one();
    behind.console.async_read(reads[1].lent_handler());
    behind.console.async_write(bytes("b"), writes[1].handler());
    int thrown = 0;
    EXPECT_TRUE(eventually([&] {
      try {
        this->poller.wait_for(std::chrono::milliseconds(10));
      } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "mine");
        ++thrown;
      }
      return thrown > 0 && reads[0].calls() > 0 && reads[1].calls() > 0 && writes[0].calls() > 0 &&
             writes[1].calls() > 0;
    }));
    this->serve_what_is_ready();
    EXPECT_EQ(thrown, 1);
    EXPECT_EQ(reads[0].text() + reads[1].text(), "12");
    EXPECT_EQ(hear(before.slave, 1) + hear(behind.slave, 1), "ab");
  }
};
TYPED_TEST_SUITE(MisuseExceptions, Backends, BackendNames);

TYPED_TEST(MisuseExceptions, OfTheHandlerOfARead) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "x");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  std::array<std::byte, 8> room{};
  this->expect_leaves_wait_and_loses_nothing([&] {
    terminal.console.async_read(
        room, [](std::error_code, std::size_t) { throw std::runtime_error("mine"); });
  });
  say(terminal.slave, "y");
  EXPECT_EQ(read_text(terminal.console), "y");
}

TYPED_TEST(MisuseExceptions, OfTheHandlerOfAWrite) {
  auto terminal = this->add_terminal();
  this->expect_leaves_wait_and_loses_nothing([&] {
    terminal.console.async_write(
        bytes("x"), [](std::error_code, std::size_t) { throw std::runtime_error("mine"); });
  });
  terminal.console.write(bytes("y"));
  EXPECT_EQ(hear(terminal.slave, 2), "xy");
}

TYPED_TEST(MisuseExceptions, OfTheHandlerOfACancelledRead) {
  auto terminal = this->add_terminal();
  this->expect_leaves_wait_and_loses_nothing([&] {
    terminal.console.async_read(
        [](std::error_code, std::span<const std::byte>) { throw std::runtime_error("mine"); });
    terminal.console.cancel();
  });
}

TYPED_TEST(MisuseExceptions, OfTheHandlerOfAnExit) {
  auto process = this->spawn(shell("exit 3"));
  read_to_end_of(process.console());
  this->expect_leaves_wait_and_loses_nothing([&] {
    process.async_wait([](std::error_code, ExitStatus) { throw std::runtime_error("mine"); });
  });
  EXPECT_EQ(process.wait(), (ExitStatus{3, 0}));
}

TYPED_TEST(MisuseExceptions, OfACoroutineThatPassesThemOn) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "x");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  Unguarded coroutine;
  this->expect_leaves_wait_and_loses_nothing([&] { coroutine = read_and_throw(terminal.console); });
  EXPECT_TRUE(coroutine.frame.done());
  coroutine.frame.destroy();
  say(terminal.slave, "y");
  EXPECT_EQ(read_text(terminal.console), "y");
}

TYPED_TEST(MisuseExceptions, OfATapAndOfTheEndOfARelay) {
  for (const bool in_tap : {true, false}) {
    auto one = this->add_terminal();
    auto other = this->add_terminal();
    typename TestFixture::Relay relay;
    int ends = 0;
    RelayOptions options;
    options.backward = false;
    options.forward_tap = [&](std::span<const std::byte>) {
      if (in_tap) throw std::runtime_error("mine");
      one.console.shutdown();
    };
    say(one.slave, "x");
    ASSERT_TRUE(wait_readable(one.console.fd()));
    this->expect_leaves_wait_and_loses_nothing([&] {
      relay = TestFixture::Relay::start(one.console, other.console, std::move(options),
                                        [&, in_tap](const RelayResult& result) {
                                          ++ends;
                                          EXPECT_EQ(result.forward_bytes, in_tap ? 0U : 1U);
                                          if (!in_tap) throw std::runtime_error("mine");
                                        });
    });
    EXPECT_EQ(ends, 1);
  }
}

TYPED_TEST(MisuseExceptions, InTheWaitOfAClosedPollerLeaveTheRestToTheNext) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  Outcome read;
  one.console.async_read(
      [](std::error_code, std::span<const std::byte>) { throw std::runtime_error("mine"); });
  other.console.async_read(read.lent_handler());
  this->poller.close();
  EXPECT_THROW(this->poller.wait(), std::runtime_error);
  this->poller.wait();
  EXPECT_EQ(read.calls(), 1);
}

}  // namespace
}  // namespace conq::test
