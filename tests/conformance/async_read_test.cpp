// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <deque>
#include <memory>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class AsyncRead : public PollerTest<On> {};
TYPED_TEST_SUITE(AsyncRead, Backends, BackendNames);

TYPED_TEST(AsyncRead, IntoABufferTellsHowMuch) {
  auto terminal = this->add_terminal();
  std::array<std::byte, 64> room{};
  Outcome read;
  terminal.console.async_read(room, read.handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.count(), 1U);
  EXPECT_EQ(text(std::span(room).first(1)), "x");
}

TYPED_TEST(AsyncRead, WithoutABufferIsLentThePollersOwn) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.text(), "x");
}

TYPED_TEST(AsyncRead, WithAnErrorCodeClearsIt) {
  auto terminal = this->add_terminal();
  std::array<std::byte, 64> room{};
  Outcome read;
  std::error_code ec = errc::closed;
  terminal.console.async_read(room, read.handler(), ec);
  EXPECT_FALSE(ec);
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  Outcome lent;
  ec = errc::closed;
  terminal.console.async_read(lent.lent_handler(), ec);
  EXPECT_FALSE(ec);
  say(terminal.slave, "y");
  EXPECT_TRUE(this->serve_until([&] { return lent.calls() > 0; }));
  EXPECT_EQ(lent.text(), "y");
}

TYPED_TEST(AsyncRead, ItsHandlerRunsInWaitAndNotInTheCall) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "x");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  EXPECT_EQ(read.calls(), 0);
  const Server server(this->poller);
  EXPECT_TRUE(read.wait());
  EXPECT_NE(read.thread(), std::this_thread::get_id());
}

TYPED_TEST(AsyncRead, OneStartedInAHandlerIsServedAfterThatHandler) {
  auto terminal = this->add_terminal();
  bool inside = false;
  bool nested = false;
  Outcome second;
  std::array<std::byte, 1> room{};
  terminal.console.async_read(room, [&](std::error_code, std::size_t) {
    inside = true;
    terminal.console.async_read(room, [&](std::error_code ec, std::size_t count) {
      nested = inside;
      second.handler()(ec, count);
    });
    inside = false;
  });
  say(terminal.slave, "ab");
  EXPECT_TRUE(this->serve_until([&] { return second.calls() > 0; }));
  EXPECT_FALSE(nested);
}

TYPED_TEST(AsyncRead, AHandlerMayStartTheNextOne) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(100'000);
  std::string got;
  std::function<void()> next = [&] {
    terminal.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
      ASSERT_FALSE(ec);
      got += text(bytes);
      if (got.size() < sent.size()) next();
    });
  };
  next();
  InThread writer([&] { say(terminal.slave, sent); });
  EXPECT_TRUE(this->serve_until([&] { return got.size() >= sent.size(); }));
  expect_same(got, sent);
}

TYPED_TEST(AsyncRead, WaitsForAByteAndDoesNotWaitForMore) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  for (int round = 0; round < 5; ++round) this->serve_past_an_event();
  EXPECT_EQ(read.calls(), 0);
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.text(), "x");
}

TYPED_TEST(AsyncRead, IntoNoRoomCompletesWith0AndTakesNothing) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(std::span<std::byte>(), read.handler());
  EXPECT_EQ(read.calls(), 0);
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.count(), 0U);
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(terminal.console), "x");
}

TYPED_TEST(AsyncRead, ASecondIsRefusedAndItsHandlerDroppedUncalled) {
  auto terminal = this->add_terminal();
  Outcome first;
  terminal.console.async_read(first.lent_handler());
  const auto owned = std::make_shared<int>();
  const auto refused = [owned](std::error_code, auto) { ADD_FAILURE() << "called"; };
  std::array<std::byte, 4> room{};
  std::error_code ec;
  terminal.console.async_read(room, IoHandler(refused), ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  ec.clear();
  terminal.console.async_read(LentHandler(refused), ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  EXPECT_EQ(text_of_error([&] { terminal.console.async_read(room, IoHandler(refused)); }),
            "start a read of " + terminal.console.name() + ": " + ec.message());
  EXPECT_EQ(owned.use_count(), 2) << "owned by the test and by its lambda";
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return first.calls() > 0; }));
  EXPECT_EQ(first.text(), "x");
  EXPECT_EQ(first.calls(), 1);
}

TYPED_TEST(AsyncRead, IsPendingTogetherWithAWriteOfTheSameConsole) {
  auto terminal = this->add_terminal();
  Outcome read;
  Outcome written;
  terminal.console.async_read(read.lent_handler());
  terminal.console.async_write(bytes("down"), written.handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0 && written.calls() > 0; }));
  EXPECT_EQ(read.text(), "x");
  EXPECT_EQ(hear(terminal.slave, 4), "down");
}

TYPED_TEST(AsyncRead, WaitsForItsTurnBehindABlockedReader) {
  auto terminal = this->add_terminal();
  InThread first([&] { return read_text(terminal.console, 1); });
  const bool known = first.wait_until_asleep();
  Outcome second;
  terminal.console.async_read(second.lent_handler());
  say(terminal.slave, "ab");
  const std::string got = first.get();
  EXPECT_TRUE(this->serve_until([&] { return second.calls() > 0; }));
  if (!known) GTEST_SKIP() << "this kernel is not asked whether a thread sleeps";
  EXPECT_EQ(got, "a");
  EXPECT_EQ(second.text(), "b");
}

TYPED_TEST(AsyncRead, LetsABlockedReaderWaitBehindIt) {
  auto terminal = this->add_terminal();
  Outcome first;
  std::array<std::byte, 1> room{};
  terminal.console.async_read(room, first.handler());
  InThread second([&] { return read_text(terminal.console, 1); });
  second.wait_until_asleep();
  say(terminal.slave, "ab");
  EXPECT_TRUE(this->serve_until([&] { return first.calls() > 0; }));
  EXPECT_EQ(text(room), "a");
  EXPECT_EQ(second.get(), "b");
}

TYPED_TEST(AsyncRead, ItsHandlerIsDroppedOnceItWasCalled) {
  auto terminal = this->add_terminal();
  auto owned = std::make_shared<int>();
  const std::weak_ptr<int> watched = owned;
  Outcome read;
  terminal.console.async_read(
      [owned = std::move(owned), told = read.lent_handler()](
          std::error_code ec, std::span<const std::byte> bytes) mutable { told(ec, bytes); });
  EXPECT_FALSE(watched.expired());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_TRUE(watched.expired());
}

TYPED_TEST(AsyncRead, TakesAHandlerThatOwnsSomethingThatCannotBeCopied) {
  auto terminal = this->add_terminal();
  std::string got;
  terminal.console.async_read(
      [into = &got, owned = std::make_unique<std::string>("got ")](
          std::error_code, std::span<const std::byte> bytes) { *into = *owned + text(bytes); });
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return !got.empty(); }));
  EXPECT_EQ(got, "got x");
}

TYPED_TEST(AsyncRead, HandlersOfOneDirectionNeverRunAtTheSameTime) {
  auto terminal = this->add_terminal(Hangup::end);
  const std::string sent = numbered(100'000);
  std::atomic<int> inside = 0;
  std::atomic<int> together = 0;
  std::string got;  // a race on it would show under ThreadSanitizer
  Outcome end;
  std::function<void()> next = [&] {
    terminal.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
      if (inside.fetch_add(1) != 0) ++together;
      if (bytes.empty()) {
        --inside;
        end.handler()(ec, 0);
        return;
      }
      // The next one is pending while this one goes on.
      next();
      got += text(bytes);
      std::this_thread::yield();
      --inside;
    });
  };
  next();
  const Server one(this->poller);
  const Server two(this->poller);
  const Server three(this->poller);
  say(terminal.slave, sent);
  terminal.hang_up();
  EXPECT_TRUE(end.wait());
  EXPECT_EQ(together, 0);
  expect_same(got, sent);
}

TYPED_TEST(AsyncRead, TheNextHandlerOfADirectionWaitsForTheOneThatRuns) {
  auto terminal = this->add_terminal();
  auto other = this->add_terminal();
  std::array<std::byte, 1> room{};
  std::atomic<bool> second_ran = false;
  bool together = false;
  Outcome first;
  Outcome second;
  terminal.console.async_read(room, [&](std::error_code ec, std::size_t count) {
    // Its byte is there, and so are threads that have time for it.
    terminal.console.async_read(room, [&](std::error_code error, std::size_t bytes_read) {
      second_ran = true;
      second.handler()(error, bytes_read);
    });
    for (int event = 0; event < 20; ++event) {
      Outcome read;
      other.console.async_read(read.lent_handler());
      say(other.slave, "y");
      EXPECT_TRUE(read.wait());
    }
    together = second_ran;
    first.handler()(ec, count);
  });
  say(terminal.slave, "ab");
  const Server one(this->poller);
  const Server two(this->poller);
  const Server three(this->poller);
  EXPECT_TRUE(first.wait());
  EXPECT_FALSE(together);
  EXPECT_TRUE(second.wait());
}

TYPED_TEST(AsyncRead, HandlersOfDifferentConsolesMayRunAtTheSameTime) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  Outcome of_one;
  Outcome of_other;
  // Each waits for the other to run.
  std::promise<void> one_runs;
  std::promise<void> other_runs;
  one.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
    one_runs.set_value();
    EXPECT_EQ(other_runs.get_future().wait_for(deadline), std::future_status::ready);
    of_one.lent_handler()(ec, bytes);
  });
  other.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
    other_runs.set_value();
    EXPECT_EQ(one_runs.get_future().wait_for(deadline), std::future_status::ready);
    of_other.lent_handler()(ec, bytes);
  });
  const Server first(this->poller);
  const Server second(this->poller);
  say(one.slave, "x");
  say(other.slave, "y");
  EXPECT_TRUE(of_one.wait());
  EXPECT_TRUE(of_other.wait());
}

TYPED_TEST(AsyncRead, OfManyConsolesInManyThreadsLosesNothing) {
  constexpr std::size_t count = 20;
  const std::string sent = numbered(20'000);
  struct Session {
    std::string got;
    Outcome end;
    std::function<void()> next;
  };
  std::deque<typename TestFixture::Terminal> terminals;
  std::deque<Session> sessions(count);
  for (Session& session : sessions) {
    auto& console = terminals.emplace_back(this->add_terminal(Hangup::end)).console;
    session.next = [&session, &console] {
      console.async_read([&session](std::error_code ec, std::span<const std::byte> bytes) {
        if (bytes.empty()) {
          session.end.handler()(ec, 0);
          return;
        }
        session.got += text(bytes);
        session.next();
      });
    };
    session.next();
  }
  const Server one(this->poller);
  const Server two(this->poller);
  for (std::size_t at = 0; at < sent.size(); at += 1000) {
    for (auto& terminal : terminals) say(terminal.slave, std::string_view(sent).substr(at, 1000));
  }
  for (auto& terminal : terminals) terminal.hang_up();
  for (Session& session : sessions) {
    ASSERT_TRUE(session.end.wait());
    expect_same(session.got, sent);
  }
}

}  // namespace
}  // namespace conq::test
