// SPDX-License-Identifier: Apache-2.0
// Tasks that wait for consoles.

#include <gtest/gtest.h>

#include <atomic>

#include "conq/task.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/in_thread.hpp"
#include "tests/support/terminal.hpp"
#include "tests/unit/task/held.hpp"

namespace conq::test {
namespace {

template <class OnBackend>
class TaskOnPoller : public testing::Test {
 protected:
  using Console = typename OnBackend::Console;

  struct Ends {
    Console console;
    Fd slave;
  };
  Ends console() {
    Pty pty = raw_pty();
    return {poller.add(std::move(pty.master)), std::move(pty.slave)};
  }

  auto done() {
    return [this](std::exception_ptr thrown) {
      failure = thrown;
      ++done_calls;
    };
  }
  void serve_to_end() {
    ASSERT_TRUE(serve_until(poller, [this] { return done_calls > 0; }));
  }

  std::atomic<int> done_calls = 0;
  std::exception_ptr failure;
  typename OnBackend::Poller poller;  // the last: what it ends when it goes finds the others
};
TYPED_TEST_SUITE(TaskOnPoller, Backends, BackendNames);

template <class Console>
Task<std::string> read_line(Console& console) {
  std::string line;
  while (!line.ends_with('\n')) {
    std::byte byte{};
    if (co_await console.async_read({&byte, 1}) == 0) break;
    line += static_cast<char>(byte);
  }
  co_return line;
}

template <class Console>
Task<> answer_lines(Console& console) {
  for (std::string line = co_await read_line(console); !line.empty();
       line = co_await read_line(console)) {
    co_await console.async_write(bytes("got " + line));
  }
}

TYPED_TEST(TaskOnPoller, ReadsAndWritesAConsole) {
  auto ends = this->console();
  start(answer_lines(ends.console), this->done());
  say(ends.slave, "one\ntwo\n");
  const InThread server([&] { this->serve_to_end(); });
  EXPECT_EQ(hear(ends.slave, 16), "got one\ngot two\n");
  EXPECT_EQ(this->done_calls, 0);
  ends.console.shutdown();
}

TYPED_TEST(TaskOnPoller, RunsItsContinuationsInWait) {
  auto ends = this->console();
  start(answer_lines(ends.console), this->done());
  ends.console.shutdown();
  EXPECT_EQ(this->done_calls, 0);
  this->serve_to_end();
  EXPECT_FALSE(this->failure);
}

TYPED_TEST(TaskOnPoller, ErrorsOfOperationsAreThrownAtTheAwait) {
  auto ends = this->console();
  start(answer_lines(ends.console), this->done());
  ends.console.cancel();
  this->serve_to_end();
  ASSERT_TRUE(this->failure);
  try {
    std::rethrow_exception(this->failure);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), std::errc::operation_canceled);
  }
}

TYPED_TEST(TaskOnPoller, EndsWithThePollerItWaitsOn) {
  auto ends = this->console();
  start(answer_lines(ends.console), this->done());
  this->poller.close();
  this->poller.wait();
  EXPECT_EQ(this->done_calls, 1);
}

TYPED_TEST(TaskOnPoller, MayGoOnInWhicheverThreadServes) {
  constexpr int consoles = 20;
  constexpr int lines = 50;
  std::vector<typename TestFixture::Ends> ends;
  for (int i = 0; i < consoles; ++i) ends.push_back(this->console());
  const Server first(this->poller);
  const Server second(this->poller);
  std::atomic<int> over = 0;
  for (auto& each : ends) {
    start(answer_lines(each.console), [&](std::exception_ptr) { ++over; });
  }
  for (int line = 0; line < lines; ++line) {
    for (auto& each : ends) say(each.slave, "x\n");
  }
  for (auto& each : ends) {
    std::string wanted;
    for (int line = 0; line < lines; ++line) wanted += "got x\n";
    expect_same(hear(each.slave, wanted.size()), wanted);
    each.console.shutdown();
  }
  EXPECT_TRUE(eventually([&] { return over == consoles; }));
}

TYPED_TEST(TaskOnPoller, DroppedWhileItWaitsTakesItsOperationBack) {
  auto ends = this->console();
  { const Held held = hold(answer_lines(ends.console)); }
  say(ends.slave, "for the next reader");
  EXPECT_EQ(read_exactly(ends.console, 19), "for the next reader");
}

}  // namespace
}  // namespace conq::test
