// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <optional>

#include "conq/task.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

/// Ends of a task: how often it was told, and what it threw.
struct End {
  int calls = 0;
  std::exception_ptr failure;

  auto handler() {
    return [this](std::exception_ptr thrown) {
      ++calls;
      failure = std::move(thrown);
    };
  }
  std::error_code error() const {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const Error& error) {
      return error.code();
    }
    return {};
  }
};

template <class On>
class Coroutine : public PollerTest<On> {
 protected:
  using Console = typename On::Console;

  static Task<> read_once(Console& console, std::string& got) {
    std::array<std::byte, 4096> room{};
    const std::size_t count = co_await console.async_read(room);
    got = text(std::span(room).first(count));
  }
  static Task<> write_once(Console& console, std::string_view sent, std::size_t& count) {
    count = co_await console.async_write(bytes(sent));
  }
  static Task<> read_with_code(Console& console, std::error_code& ec, std::size_t& count) {
    std::array<std::byte, 4096> room{};
    count = co_await console.async_read(room, ec);
  }
  static Task<> write_with_code(Console& console, std::string_view sent, std::error_code& ec,
                                std::size_t& count) {
    count = co_await console.async_write(bytes(sent), ec);
  }
  static Task<> echo(Console& console) {
    std::array<std::byte, 1000> room{};
    while (const std::size_t count = co_await console.async_read(room)) {
      co_await console.async_write(std::span(room).first(count));
    }
  }
};
TYPED_TEST_SUITE(Coroutine, Backends, BackendNames);

TYPED_TEST(Coroutine, AwaitsARead) {
  auto terminal = this->add_terminal();
  std::string got;
  End end;
  start(this->read_once(terminal.console, got), end.handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_EQ(got, "x");
}

TYPED_TEST(Coroutine, AwaitsAWriteOfAllOfIt) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(300'000);
  std::size_t count = 0;
  End end;
  start(this->write_once(terminal.console, sent, count), end.handler());
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_EQ(count, sent.size());
  expect_same(reader.get(), sent);
}

TYPED_TEST(Coroutine, GoesOnInsideWait) {
  auto terminal = this->add_terminal();
  std::promise<std::thread::id> thread;
  const auto body = [](auto& console, auto& told) -> Task<> {
    std::array<std::byte, 16> room{};
    co_await console.async_read(room);
    told.set_value(std::this_thread::get_id());
  };
  say(terminal.slave, "x");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  start(body(terminal.console, thread), [](const std::exception_ptr&) {});
  auto told = thread.get_future();
  EXPECT_EQ(told.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  const Server server(this->poller);
  ASSERT_EQ(told.wait_for(deadline), std::future_status::ready);
  EXPECT_NE(told.get(), std::this_thread::get_id());
}

TYPED_TEST(Coroutine, StartsTheOperationWhenItIsAwaitedNotBefore) {
  auto terminal = this->add_terminal();
  std::array<std::byte, 16> room{};
  {
    const auto never_awaited = terminal.console.async_read(room);
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    say(terminal.slave, "x");
    EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
    EXPECT_EQ(read.text(), "x");
  }
  say(terminal.slave, "y");
  EXPECT_EQ(read_text(terminal.console), "y");
}

TYPED_TEST(Coroutine, EchoesUntilTheEnd) {
  auto terminal = this->add_terminal(Hangup::end);
  End end;
  start(this->echo(terminal.console), end.handler());
  const std::string sent = numbered(50'000);
  InThread writer([&] { say(terminal.slave, sent); });
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_TRUE(this->serve_until([&] { return reader.returned(); }));
  expect_same(reader.get(), sent);
  writer.get();
  terminal.hang_up();
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_FALSE(end.error());
}

TYPED_TEST(Coroutine, ManyAreServedByOneThread) {
  constexpr std::size_t count = 50;
  std::vector<typename TestFixture::Terminal> terminals;
  std::vector<End> ends(count);
  for (std::size_t i = 0; i < count; ++i) terminals.push_back(this->add_terminal(Hangup::end));
  for (std::size_t i = 0; i < count; ++i) {
    start(this->echo(terminals[i].console), ends[i].handler());
  }
  for (int round = 0; round < 10; ++round) {
    for (auto& terminal : terminals) say(terminal.slave, "ping");
    for (auto& terminal : terminals) {
      ASSERT_TRUE(this->serve_until(
          [&] { return wait_readable(terminal.slave.get(), std::chrono::milliseconds(0)); }));
      ASSERT_EQ(hear(terminal.slave, 4), "ping");
    }
  }
  for (auto& terminal : terminals) terminal.hang_up();
  for (End& end : ends) EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
}

TYPED_TEST(Coroutine, IsThrownTheErrorWithWhatWasTried) {
  auto terminal = this->add_terminal();
  terminal.console.shutdown();
  std::size_t count = 0;
  End end;
  start(this->write_once(terminal.console, "x", count), end.handler());
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_EQ(end.error(), errc::shut_down);
  EXPECT_EQ(text_of_error([&] { std::rethrow_exception(end.failure); }),
            "write " + terminal.console.name() + ": " + end.error().message());
}

TYPED_TEST(Coroutine, IsToldTheErrorWhereItGaveACode) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  std::error_code ec;
  std::size_t count = 0;
  End end;
  start(this->write_with_code(terminal.console, sent, ec, count), end.handler());
  this->serve_past_an_event();
  terminal.console.cancel();
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_FALSE(end.failure);
  EXPECT_EQ(ec, std::errc::operation_canceled);
  EXPECT_GT(count, 0U) << "how much was written";
  EXPECT_LT(count, sent.size());
}

TYPED_TEST(Coroutine, ItsErrorCodeIsClearedBySuccess) {
  auto terminal = this->add_terminal();
  std::error_code ec = errc::closed;
  std::size_t count = 0;
  End end;
  start(this->read_with_code(terminal.console, ec, count), end.handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_FALSE(ec);
  EXPECT_EQ(count, 1U);
}

TYPED_TEST(Coroutine, GoesOnAtOnceWhereTheOperationIsRefused) {
  auto terminal = this->add_terminal();
  Outcome first;
  terminal.console.async_read(first.lent_handler());
  std::string got;
  End refused;
  start(this->read_once(terminal.console, got), refused.handler());
  EXPECT_EQ(refused.calls, 1);
  EXPECT_EQ(refused.error(), std::errc::operation_in_progress);

  std::error_code ec;
  std::size_t count = 1;
  End with_code;
  start(this->read_with_code(terminal.console, ec, count), with_code.handler());
  EXPECT_EQ(with_code.calls, 1);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  EXPECT_EQ(count, 0U);

  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return first.calls() > 0; }));
  EXPECT_EQ(first.text(), "x");
}

TYPED_TEST(Coroutine, OfAClosedConsoleIsRefused) {
  auto terminal = this->add_terminal();
  terminal.console.close();
  std::string got;
  End end;
  start(this->read_once(terminal.console, got), end.handler());
  EXPECT_EQ(end.calls, 1);
  EXPECT_EQ(end.error(), errc::closed);
  typename TestFixture::Console none;
  End of_none;
  start(this->read_once(none, got), of_none.handler());
  EXPECT_EQ(of_none.error(), errc::closed);
}

TYPED_TEST(Coroutine, AHandlersReadIsRefusedWhileACoroutineReads) {
  auto terminal = this->add_terminal();
  std::string got;
  End end;
  start(this->read_once(terminal.console, got), end.handler());
  std::error_code ec;
  terminal.console.async_read([](std::error_code, std::span<const std::byte>) {}, ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_EQ(got, "x");
}

/// A coroutine whose frame its owner destroys.
struct Owned {
  struct promise_type {
    Owned get_return_object() {
      return Owned{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> frame;
};

template <class Console>
Owned owned_read(Console& console, bool& went_on) {
  std::array<std::byte, 16> room{};
  co_await console.async_read(room);
  went_on = true;
}

template <class Console>
Owned owned_write(Console& console, std::string_view sent, bool& went_on) {
  co_await console.async_write(bytes(sent));
  went_on = true;
}

TYPED_TEST(Coroutine, AFrameDestroyedWhileItWaitsTakesTheOperationBack) {
  auto terminal = this->add_terminal();
  bool went_on = false;
  const Owned read = owned_read(terminal.console, went_on);
  this->serve_what_is_ready();
  read.frame.destroy();
  Outcome next;
  terminal.console.async_read(next.lent_handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return next.calls() > 0; }));
  EXPECT_EQ(next.text(), "x");
  EXPECT_FALSE(went_on);
}

TYPED_TEST(Coroutine, AFrameDestroyedWhileAWaitRunsTakesTheOperationBack) {
  const Server server(this->poller);
  for (int round = 0; round < 30; ++round) {
    auto terminal = this->add_terminal();
    const std::string sent = numbered(more_than_fits);
    bool went_on = false;
    const Owned write = owned_write(terminal.console, sent, went_on);
    // Nobody reads, so it is pending; it may be inside write(2) right now.
    write.frame.destroy();
    InThread reader([&] {
      std::string all;
      while (all.empty() || all.back() != '!') all += hear(terminal.slave, 1);
      return all;
    });
    terminal.console.write(bytes("!"));
    std::string got = reader.get();
    got.pop_back();
    expect_same(got, std::string_view(sent).substr(0, got.size()));
    EXPECT_FALSE(went_on);
  }
}

TYPED_TEST(Coroutine, AFrameDestroyedBehindABlockedReaderDoesNotWaitForIt) {
  auto terminal = this->add_terminal();
  constexpr int reads = 20000;
  std::atomic<int> done = 0;
  // Often inside read(2), with what the frame waits for behind it.
  InThread reader([&] {
    for (; done < reads; ++done) EXPECT_EQ(read_text(terminal.console, 1), "x");
  });
  InThread writer([&] { say(terminal.slave, std::string(reads, 'x')); });
  InThread destroyer([&] {
    bool went_on = false;
    while (done < reads) owned_read(terminal.console, went_on).frame.destroy();
    EXPECT_FALSE(went_on);
  });
  destroyer.get();
}

TYPED_TEST(Coroutine, DestroyedWithItsConsolesStreamsAndPollerLeavesNothing) {
  bool went_on = false;
  std::optional<Owned> read;
  {
    typename TestFixture::Poller short_lived;
    auto terminal = test::add_terminal(short_lived);
    read = owned_read(terminal.console, went_on);
    read->frame.destroy();
  }
  EXPECT_FALSE(went_on);
}

TYPED_TEST(Coroutine, MayDestroyItsConsole) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  std::optional console(std::move(terminal.console));
  const auto body = [](auto& doomed) -> Task<> {
    std::array<std::byte, 16> room{};
    co_await doomed->async_read(room);
    doomed.reset();
  };
  End end;
  start(body(console), end.handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_FALSE(end.error());
  EXPECT_FALSE(is_open(fd));
}

TYPED_TEST(Coroutine, EndsAtShutdown) {
  auto terminal = this->add_terminal();
  std::string got = "nothing yet";
  End end;
  start(this->read_once(terminal.console, got), end.handler());
  terminal.console.shutdown();
  EXPECT_EQ(end.calls, 0);
  EXPECT_TRUE(this->serve_until([&] { return end.calls > 0; }));
  EXPECT_FALSE(end.error());
  EXPECT_EQ(got, "");
}

TYPED_TEST(Coroutine, GoesOnOnceWhenThePollerIsDestroyed) {
  std::string got = "nothing yet";
  End end;
  {
    std::optional<typename TestFixture::Console> console;
    typename TestFixture::Poller short_lived;
    console = test::add_terminal(short_lived).console;
    start(this->read_once(*console, got), end.handler());
  }
  EXPECT_EQ(end.calls, 1);
  EXPECT_EQ(got, "");
}

}  // namespace
}  // namespace conq::test
