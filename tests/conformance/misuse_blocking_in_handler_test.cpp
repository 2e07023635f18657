// SPDX-License-Identifier: Apache-2.0
// A handler that blocks on what waits for its own end: told so, instead of asleep for ever.
#include "conq/task.hpp"
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseBlockingInHandler : public ProcessTest<On> {
 protected:
  /// Serves in a thread of its own, which cannot hang longer than the deadline.
  void serve_in_thread_until(std::function<bool()> holds) {
    InThread serving([&] { return this->serve_until(holds); });
    EXPECT_TRUE(serving.get());
  }
};
TYPED_TEST_SUITE(MisuseBlockingInHandler, Backends, BackendNames);

TYPED_TEST(MisuseBlockingInHandler, AReadBehindTheNextOneOfTheSameConsoleIsADeadlock) {
  auto terminal = this->add_terminal();
  Outcome next;
  std::error_code ec;
  std::string said;
  terminal.console.async_read([&](std::error_code, std::span<const std::byte>) {
    terminal.console.async_read(next.lent_handler());
    std::array<std::byte, 8> room{};
    terminal.console.read(room, ec);
    said = text_of_error([&] { terminal.console.read(room); });
  });
  say(terminal.slave, "x");
  this->serve_in_thread_until([&] { return !said.empty(); });
  EXPECT_EQ(ec, std::errc::resource_deadlock_would_occur);
  EXPECT_EQ(said, "read " + terminal.console.name() + ": " + ec.message());
  say(terminal.slave, "y");
  this->serve_in_thread_until([&] { return next.calls() > 0; });
  EXPECT_EQ(next.text(), "y");
}

TYPED_TEST(MisuseBlockingInHandler, AWriteBehindTheNextOneOfTheSameConsoleIsADeadlock) {
  auto terminal = this->add_terminal();
  Outcome next;
  std::error_code ec;
  terminal.console.async_write(bytes("a"), [&](std::error_code, std::size_t) {
    terminal.console.async_write(bytes("b"), next.handler());
    EXPECT_EQ(terminal.console.write(bytes("c"), ec), 0U);
  });
  this->serve_in_thread_until([&] { return next.calls() > 0; });
  EXPECT_EQ(ec, std::errc::resource_deadlock_would_occur);
  EXPECT_EQ(hear(terminal.slave, 2), "ab");
}

TYPED_TEST(MisuseBlockingInHandler, ACoroutineIsAHandlerToo) {
  auto terminal = this->add_terminal();
  Outcome next;
  std::error_code ec;
  const auto body = [](auto& console, Outcome& then, std::error_code& told) -> Task<> {
    std::array<std::byte, 8> room{};
    co_await console.async_read(room);
    console.async_read(then.lent_handler());
    console.read(room, told);
  };
  start(body(terminal.console, next, ec), [](const std::exception_ptr&) {});
  say(terminal.slave, "x");
  this->serve_in_thread_until([&] { return static_cast<bool>(ec); });
  EXPECT_EQ(ec, std::errc::resource_deadlock_would_occur);
}

TYPED_TEST(MisuseBlockingInHandler, WithALimitItTimesOut) {
  auto terminal = this->add_terminal();
  Outcome next;
  std::error_code ec;
  terminal.console.async_read([&](std::error_code, std::span<const std::byte>) {
    terminal.console.async_read(next.lent_handler());
    std::array<std::byte, 8> room{};
    terminal.console.read_for(room, std::chrono::milliseconds(1), ec);
  });
  say(terminal.slave, "x");
  this->serve_in_thread_until([&] { return static_cast<bool>(ec); });
  EXPECT_EQ(ec, errc::timed_out);
}

TYPED_TEST(MisuseBlockingInHandler, AnotherThreadWaitsForTheHandler) {
  auto terminal = this->add_terminal();
  Outcome next;
  std::optional<InThread<std::string>> reader;
  terminal.console.async_read([&](std::error_code, std::span<const std::byte>) {
    terminal.console.async_read(next.lent_handler());
    reader.emplace([&] { return read_text(terminal.console); });
    reader->wait_until_asleep();
  });
  say(terminal.slave, "x");
  this->serve_in_thread_until([&] { return reader.has_value(); });
  say(terminal.slave, "y");
  this->serve_in_thread_until([&] { return next.calls() > 0; });
  EXPECT_EQ(next.text(), "y");
  say(terminal.slave, "z");
  EXPECT_EQ(reader->get(), "z");
}

TYPED_TEST(MisuseBlockingInHandler, TheExitThatComesAfterTheHandlerIsADeadlock) {
  auto process = this->spawn(shell("printf x; read line; exit 3"));
  std::error_code ec;
  std::error_code with_limit;
  process.console().async_read([&](std::error_code, std::span<const std::byte>) {
    process.wait_for(std::chrono::milliseconds(1), with_limit);
    process.wait(ec);
  });
  this->serve_in_thread_until([&] { return static_cast<bool>(ec); });
  EXPECT_EQ(ec, std::errc::resource_deadlock_would_occur);
  EXPECT_EQ(with_limit, errc::timed_out);
  process.console().write(bytes("\n"));
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), (ExitStatus{3, 0}));
}

TYPED_TEST(MisuseBlockingInHandler, AtTheEndOfTheOutputTheExitMayBeWaitedFor) {
  auto process = this->spawn(shell("exit 3"));
  ExitStatus status;
  bool ended = false;
  process.console().async_read([&](std::error_code, std::span<const std::byte>) {
    status = process.wait();
    ended = true;
  });
  this->serve_in_thread_until([&] { return ended; });
  EXPECT_EQ(status, (ExitStatus{3, 0}));
}

}  // namespace
}  // namespace conq::test
