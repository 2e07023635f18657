// SPDX-License-Identifier: Apache-2.0
// Callers that block while no wait() runs, or while those that do are busy.
#include <deque>
#include <future>
#include <mutex>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

using std::chrono::milliseconds;

template <class On>
class SelfTurning : public PollerTest<On> {};
TYPED_TEST_SUITE(SelfTurning, Backends, BackendNames);

TYPED_TEST(SelfTurning, ABlockedReadNeedsNoThread) {
  auto terminal = this->add_terminal();
  InThread writer([&] {
    hear(terminal.slave, 1);
    say(terminal.slave, "answer");
  });
  terminal.console.write(bytes("?"));
  EXPECT_EQ(read_exactly(terminal.console, 6), "answer");
}

TYPED_TEST(SelfTurning, ABlockedWriteNeedsNoThread) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_EQ(terminal.console.write(bytes(sent)), sent.size());
  expect_same(reader.get(), sent);
}

TYPED_TEST(SelfTurning, TheCallerThatTurnsWakesTheOtherBlockedCallers) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  InThread turning([&] { return read_text(one.console); });
  turning.wait_until_asleep();
  InThread reader([&] { return read_text(other.console); });
  reader.wait_until_asleep();
  const std::string sent(more_than_fits, '.');
  InThread writer([&] { return other.console.write(bytes(sent)); });
  writer.wait_until_asleep();
  say(other.slave, "x");
  EXPECT_EQ(reader.get(), "x");
  EXPECT_EQ(hear(other.slave, sent.size()), sent);
  EXPECT_EQ(writer.get(), sent.size());
  EXPECT_FALSE(turning.returned());
  say(one.slave, "y");
  EXPECT_EQ(turning.get(), "y");
}

TYPED_TEST(SelfTurning, WhenTheCallerThatTurnsIsDoneTheNextOneTurns) {
  constexpr std::size_t count = 6;
  std::deque<typename TestFixture::Terminal> terminals;
  std::deque<InThread<std::string>> readers;
  for (std::size_t i = 0; i < count; ++i) {
    auto& console = terminals.emplace_back(this->add_terminal()).console;
    readers.emplace_back([&console] { return read_text(console); }).wait_until_asleep();
  }
  // In the order in which they came: each time the one that turns is the one that goes.
  for (std::size_t i = 0; i < count; ++i) {
    say(terminals[i].slave, std::to_string(i));
    EXPECT_EQ(readers[i].get(), std::to_string(i));
  }
}

TYPED_TEST(SelfTurning, ACallerThatWritesTakesOverFromOneThatReads) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  InThread turning([&] { return read_text(one.console); });
  turning.wait_until_asleep();
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] { return other.console.write(bytes(sent)); });
  writer.wait_until_asleep();
  say(one.slave, "x");
  EXPECT_EQ(turning.get(), "x");
  expect_same(hear(other.slave, sent.size()), sent);
  EXPECT_EQ(writer.get(), sent.size());
}

TYPED_TEST(SelfTurning, RunsNoHandler) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  Outcome read;
  Outcome written;
  other.console.async_read(read.lent_handler());
  other.console.async_write(bytes("x"), written.handler());
  say(other.slave, "x");
  ASSERT_TRUE(wait_readable(other.console.fd()));
  for (int round = 0; round < 20; ++round) {
    InThread turning([&] { return read_text(one.console); });
    turning.wait_until_asleep();
    say(one.slave, "y");
    ASSERT_EQ(turning.get(), "y");
  }
  EXPECT_EQ(read.calls(), 0);
  EXPECT_EQ(written.calls(), 0);
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0 && written.calls() > 0; }));
  EXPECT_EQ(read.text(), "x");
}

TYPED_TEST(SelfTurning, ResumesNoCoroutineAndRunsNoHandlerOfItsOwnConsole) {
  auto terminal = this->add_terminal();
  Outcome read;
  std::array<std::byte, 1> room{};
  terminal.console.async_read(room, read.handler());
  say(terminal.slave, "ab");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  // Behind the asynchronous one, which nobody serves.
  std::error_code ec;
  std::array<std::byte, 1> mine{};
  EXPECT_EQ(terminal.console.read_for(mine, milliseconds(2), ec), 0U);
  EXPECT_EQ(ec, errc::timed_out);
  EXPECT_EQ(read.calls(), 0);
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(text(room), "a");
  EXPECT_EQ(read_text(terminal.console), "b");
}

TYPED_TEST(SelfTurning, ACallerMayHoldALockThatAHandlerWants) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  std::mutex mine;
  Outcome read;
  other.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
    const std::lock_guard lock(mine);
    read.lent_handler()(ec, bytes);
  });
  say(other.slave, "x");
  ASSERT_TRUE(wait_readable(other.console.fd()));
  {
    const std::lock_guard lock(mine);
    InThread writer([&] { say(one.slave, "y"); });
    EXPECT_EQ(read_text(one.console), "y");
  }
  EXPECT_EQ(read.calls(), 0);
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
}

TYPED_TEST(SelfTurning, ACallerMayHoldALockThatAHandlerInWaitIsStuckOn) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  std::mutex mine;
  std::promise<void> inside;
  Outcome read;
  other.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
    inside.set_value();
    const std::lock_guard lock(mine);
    read.lent_handler()(ec, bytes);
  });
  const Server server(this->poller);
  {
    const std::lock_guard lock(mine);
    say(other.slave, "x");
    ASSERT_EQ(inside.get_future().wait_for(deadline), std::future_status::ready);
    // The only thread of wait() waits for us: nobody else turns the queue.
    InThread writer([&] {
      hear(one.slave, 1);
      say(one.slave, "y");
    });
    one.console.write(bytes("?"));
    EXPECT_EQ(read_text(one.console), "y");
  }
  EXPECT_TRUE(read.wait());
}

TYPED_TEST(SelfTurning, AHandlerMayBlockInAReadOfAnotherConsole) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  const Server server(this->poller);
  std::string got;
  Outcome read;
  one.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
    got = read_text(other.console);
    read.lent_handler()(ec, bytes);
  });
  say(one.slave, "x");
  server.thread().wait_until_asleep();
  say(other.slave, "y");
  EXPECT_TRUE(read.wait());
  EXPECT_EQ(got, "y");
}

TYPED_TEST(SelfTurning, AHandlerMayBlockInAReadAndAWriteOfItsOwnConsole) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  const std::string sent = numbered(more_than_fits);
  std::string got;
  Outcome read;
  std::array<std::byte, 1> room{};
  terminal.console.async_read(room, [&](std::error_code ec, std::size_t count) {
    got = read_text(terminal.console);
    terminal.console.write(bytes(sent));
    read.handler()(ec, count);
  });
  say(terminal.slave, "a");
  server.thread().wait_until_asleep();
  say(terminal.slave, "b");
  expect_same(hear(terminal.slave, sent.size()), sent);
  EXPECT_TRUE(read.wait());
  EXPECT_EQ(got, "b");
}

TYPED_TEST(SelfTurning, AHandlerThatBlocksDoesNotStopTheOtherThreadsOfWait) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  auto third = this->add_terminal();
  const Server first(this->poller);
  const Server second(this->poller);
  Outcome blocked;
  one.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
    read_text(other.console);
    blocked.lent_handler()(ec, bytes);
  });
  say(one.slave, "x");
  for (int round = 0; round < 50; ++round) {
    Outcome read;
    third.console.async_read(read.lent_handler());
    say(third.slave, "y");
    ASSERT_TRUE(read.wait());
  }
  EXPECT_EQ(blocked.calls(), 0);
  say(other.slave, "z");
  EXPECT_TRUE(blocked.wait());
}

TYPED_TEST(SelfTurning, AWaitThatStartsWhileACallerTurnsServesTheHandlers) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  InThread turning([&] { return read_text(one.console); });
  turning.wait_until_asleep();
  const Server server(this->poller);
  server.thread().wait_until_asleep();
  for (int round = 0; round < 50; ++round) {
    Outcome read;
    other.console.async_read(read.lent_handler());
    say(other.slave, "x");
    ASSERT_TRUE(read.wait());
  }
  EXPECT_FALSE(turning.returned());
  say(one.slave, "y");
  EXPECT_EQ(turning.get(), "y");
  Outcome read;
  other.console.async_read(read.lent_handler());
  say(other.slave, "x");
  EXPECT_TRUE(read.wait()) << "the thread of wait() turns now";
}

TYPED_TEST(SelfTurning, CloseEndsAWaitWhileACallerTurns) {
  auto terminal = this->add_terminal();
  InThread turning([&] { return read_text(terminal.console); });
  turning.wait_until_asleep();
  InThread serving([&] { this->poller.wait(); });
  serving.wait_until_asleep();
  this->poller.close();
  serving.get();
  EXPECT_EQ(turning.get(), "");
}

TYPED_TEST(SelfTurning, WaitForTimesOutWhileACallerTurns) {
  auto terminal = this->add_terminal();
  InThread turning([&] { return read_text(terminal.console); });
  turning.wait_until_asleep();
  EXPECT_EQ(this->poller.wait_for(milliseconds(2)), 0U);
  EXPECT_EQ(this->poller.wait_for(milliseconds(0)), 0U);
  EXPECT_FALSE(turning.returned());
  say(terminal.slave, "x");
  EXPECT_EQ(turning.get(), "x");
}

TYPED_TEST(SelfTurning, WaitForNoTimeServesWhatIsReadyWhileACallerTurns) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  InThread turning([&] { return read_text(one.console); });
  turning.wait_until_asleep();
  Outcome read;
  other.console.async_read(read.lent_handler());
  say(other.slave, "x");
  EXPECT_TRUE(eventually([&] {
    this->poller.wait_for(milliseconds(0));
    return read.calls() > 0;
  }));
  say(one.slave, "y");
  EXPECT_EQ(turning.get(), "y");
}

TYPED_TEST(SelfTurning, WhenTheLastWaitEndsABlockedCallerTurns) {
  auto terminal = this->add_terminal();
  for (int round = 0; round < 50; ++round) {
    InThread serving([&] { this->poller.wait_for(milliseconds(3)); });
    InThread reader([&] { return read_text(terminal.console); });
    serving.get();
    say(terminal.slave, "x");
    ASSERT_EQ(reader.get(), "x");
  }
}

TYPED_TEST(SelfTurning, CallersAndWaitsThatComeAndGoMissNothing) {
  constexpr std::size_t count = 4;
  std::deque<typename TestFixture::Terminal> terminals;
  for (std::size_t i = 0; i < count; ++i) terminals.push_back(this->add_terminal(Hangup::end));
  const std::string sent = numbered(30'000);
  std::deque<InThread<std::string>> readers;
  std::deque<InThread<void>> writers;
  std::atomic<std::size_t> done = 0;
  for (auto& terminal : terminals) {
    readers.emplace_back([&] {
      std::string got;
      for (;;) {
        std::string room(100, '\0');
        std::error_code ec;
        room.resize(terminal.console.read_for(std::as_writable_bytes(std::span(room)),
                                              std::chrono::microseconds(50), ec));
        if (room.empty() && !ec) break;
        got += room;
        if (ec) got += read_text(terminal.console, 100);
      }
      ++done;
      return got;
    });
    writers.emplace_back([&] {
      for (std::size_t at = 0; at < sent.size(); at += 50) {
        say(terminal.slave, std::string_view(sent).substr(at, 50));
      }
      terminal.hang_up();
    });
  }
  InThread serving([&] {
    while (done < count) this->poller.wait_for(std::chrono::microseconds(100));
  });
  for (auto& reader : readers) expect_same(reader.get(), sent);
}

TYPED_TEST(SelfTurning, ACallerThatSleepsTurnsTheQueueWhileAHandlerRuns) {
  auto slow = this->add_terminal();
  auto other = this->add_terminal();
  Server server(this->poller);
  InThread reader([&] { return read_text(other.console); });
  reader.wait_until_asleep();
  std::promise<std::string> got;
  slow.console.async_read([&](std::error_code, std::span<const std::byte>) {
    say(other.slave, "x");
    got.set_value(reader.get());
  });
  say(slow.slave, "x");
  EXPECT_EQ(got.get_future().get(), "x");
}

}  // namespace
}  // namespace conq::test
