// SPDX-License-Identifier: Apache-2.0
// An operation that is awaited again, or by two coroutines at once.
#include "conq/task.hpp"
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseAwaitedTwice : public ProcessTest<On> {};
TYPED_TEST_SUITE(MisuseAwaitedTwice, Backends, BackendNames);

TYPED_TEST(MisuseAwaitedTwice, AfterItsEndIsTheNextRead) {
  auto terminal = this->add_terminal();
  std::string got;
  std::vector<std::error_code> cancelled;
  const auto body = [](auto& console, std::string& to, auto& errors) -> Task<> {
    std::array<std::byte, 8> room{};
    std::error_code ec;
    auto read = console.async_read(room, ec);
    for (int i = 0; i < 3; ++i) {
      const std::size_t count = co_await read;
      to += text(std::span(room).first(count)) + "|";
      errors.push_back(ec);
    }
  };
  bool ended = false;
  start(body(terminal.console, got, cancelled), [&](const std::exception_ptr&) { ended = true; });
  say(terminal.slave, "abc");
  EXPECT_TRUE(this->serve_until([&] { return got == "abc|"; }));
  terminal.console.cancel();
  EXPECT_TRUE(this->serve_until([&] { return got == "abc||"; }));
  say(terminal.slave, "de");
  EXPECT_TRUE(this->serve_until([&] { return ended; }));
  EXPECT_EQ(got, "abc||de|");
  ASSERT_EQ(cancelled.size(), 3U);
  EXPECT_FALSE(cancelled[0]);
  EXPECT_EQ(cancelled[1], std::errc::operation_canceled);
  EXPECT_FALSE(cancelled[2]);
}

TYPED_TEST(MisuseAwaitedTwice, AfterItsEndIsTheNextWrite) {
  auto terminal = this->add_terminal();
  std::size_t count = 0;
  const auto body = [](auto& console, std::size_t& total) -> Task<> {
    auto write = console.async_write(bytes("ab"));
    total += co_await write;
    total += co_await write;
  };
  bool ended = false;
  start(body(terminal.console, count), [&](const std::exception_ptr&) { ended = true; });
  EXPECT_TRUE(this->serve_until([&] { return ended; }));
  EXPECT_EQ(count, 4U);
  EXPECT_EQ(hear(terminal.slave, 4), "abab");
}

template <class Awaiter>
Task<> await_it(Awaiter& awaiter) {
  co_await awaiter;
}

TYPED_TEST(MisuseAwaitedTwice, WhileItIsPendingIsRefusedAndTheFirstGoesOn) {
  auto terminal = this->add_terminal();
  std::array<std::byte, 8> room{};
  auto read = terminal.console.async_read(room);
  std::exception_ptr first_failure;
  int first_ends = 0;
  start(await_it(read), [&](std::exception_ptr thrown) {
    ++first_ends;
    first_failure = std::move(thrown);
  });
  std::error_code refused;
  start(await_it(read), [&](const std::exception_ptr& thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const Error& error) {
      refused = error.code();
    }
  });
  EXPECT_EQ(refused, std::errc::operation_in_progress);
  EXPECT_EQ(first_ends, 0);
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return first_ends > 0; }));
  EXPECT_FALSE(first_failure);
  EXPECT_EQ(text(std::span(room).first(1)), "x");
}

TYPED_TEST(MisuseAwaitedTwice, AnExitIsToldAgain) {
  auto process = this->spawn(shell("exit 3"));
  read_to_end_of(process.console());
  std::vector<ExitStatus> statuses;
  const auto body = [](auto& of, auto& to) -> Task<> {
    auto exit = of.async_wait();
    to.push_back(co_await exit);
    to.push_back(co_await exit);
  };
  bool ended = false;
  start(body(process, statuses), [&](const std::exception_ptr&) { ended = true; });
  EXPECT_TRUE(this->serve_until([&] { return ended; }));
  EXPECT_EQ(statuses, (std::vector<ExitStatus>{{3, 0}, {3, 0}}));
}

}  // namespace
}  // namespace conq::test
