// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>

#include "conq/task.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

/// Consoles with more to read than one read takes; who was served is written down.
template <class On>
class Fairness : public PollerTest<On> {
 protected:
  using Console = typename On::Console;
  static constexpr std::size_t consoles = 3;
  static constexpr std::size_t each = 50;

  void SetUp() override {
    for (std::size_t i = 0; i < consoles; ++i) {
      auto& terminal = terminals_.emplace_back(this->add_terminal(Hangup::end));
      say(terminal.slave, std::string(each, static_cast<char>('a' + i)));
      ASSERT_TRUE(wait_readable(terminal.console.fd()));
    }
  }
  void TearDown() override {
    for (auto& terminal : terminals_) terminal.hang_up();
    EXPECT_TRUE(this->serve_until([this] { return ended_ == consoles; }));
  }

  Console& console(std::size_t i) { return terminals_[i].console; }
  void read_by_handlers(std::size_t i) {
    console(i).async_read(rooms_[i], [this, i](std::error_code, std::size_t count) {
      if (count == 0) {
        ++ended_;
        return;
      }
      served_ += text(rooms_[i]);
      read_by_handlers(i);
    });
  }
  void read_by_coroutine(std::size_t i) {
    start(read_all(console(i)), [this](const std::exception_ptr&) { ++ended_; });
  }

  /// Each turn serves each console once, not one of them twice.
  void expect_fair_turns() {
    while (served_.size() < consoles * each) {
      const std::size_t before = served_.size();
      const std::size_t count = this->poller.wait_for(deadline);
      std::string turn = served_.substr(before);
      ASSERT_EQ(turn.size(), count);
      std::sort(turn.begin(), turn.end());
      ASSERT_EQ(turn, "abc") << "after " << before;
    }
  }

 private:
  Task<> read_all(Console& from) {
    std::array<std::byte, 1> room{};
    while (co_await from.async_read(room) > 0) served_ += text(room);
  }

  std::deque<Terminal<Console>> terminals_;
  std::array<std::array<std::byte, 1>, consoles> rooms_{};
  std::string served_;
  std::size_t ended_ = 0;
};
TYPED_TEST_SUITE(Fairness, Backends, BackendNames);

TYPED_TEST(Fairness, AConsoleThatStaysReadableGetsOneReadATurnThenTheNextItsOwn) {
  for (std::size_t i = 0; i < this->consoles; ++i) this->read_by_handlers(i);
  this->expect_fair_turns();
}

TYPED_TEST(Fairness, CoroutinesGetOneReadATurn) {
  for (std::size_t i = 0; i < this->consoles; ++i) this->read_by_coroutine(i);
  this->expect_fair_turns();
}

TYPED_TEST(Fairness, AConsoleThatStartsLateGetsItsTurnAmongBusyOnes) {
  this->read_by_handlers(0);
  this->read_by_handlers(1);
  for (int turn = 0; turn < 10; ++turn) EXPECT_EQ(this->poller.wait_for(deadline), 2U);
  this->read_by_handlers(2);
  EXPECT_EQ(this->poller.wait_for(deadline), 3U);
}

TYPED_TEST(Fairness, AQuietConsoleIsServedWithinATurnBesideOneThatNeverStops) {
  // The others of the set-up are read as well, by nobody that looks at the order.
  for (std::size_t i = 0; i < this->consoles; ++i) this->read_by_handlers(i);
  auto busy = this->add_terminal();
  auto quiet = this->add_terminal();
  std::atomic<bool> enough = false;
  InThread writer([&] {
    const std::string much(1000, '.');
    while (!enough) say(busy.slave, much);
    say(busy.slave, "!");
  });
  std::size_t busy_reads = 0;
  bool over = false;
  std::array<std::byte, 16> room{};
  std::function<void()> next = [&] {
    busy.console.async_read(room, [&](std::error_code, std::size_t count) {
      ++busy_reads;
      if (text(std::span(room).first(count)).find('!') == std::string::npos) {
        next();
      } else {
        over = true;
      }
    });
  };
  next();
  EXPECT_TRUE(this->serve_until([&] { return busy_reads > 100; }));
  for (int round = 0; round < 20; ++round) {
    Outcome read;
    quiet.console.async_read(read.lent_handler());
    say(quiet.slave, "x");
    ASSERT_TRUE(wait_readable(quiet.console.fd()));
    const std::size_t before = busy_reads;
    ASSERT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
    // One turn to fetch the event, with what was ready before it, and one to serve it.
    EXPECT_LE(busy_reads - before, 2U);
  }
  enough = true;
  EXPECT_TRUE(this->serve_until([&] { return over; }));
}

/// More consoles than a turn serves of those that stream; each has two reads of much to give.
template <class On>
class ManyStreams : public PollerTest<On> {
 protected:
  static constexpr std::size_t consoles = 20;
  static constexpr std::size_t each = 600;

  void SetUp() override {
    for (std::size_t i = 0; i < consoles; ++i) {
      streams_.push_back(this->add_terminal());
      say(streams_[i].slave, std::string(each, '.'));
      ASSERT_TRUE(wait_readable(streams_[i].console.fd()));
      read_on(i);
    }
    // That they stream, only this turn finds out.
    while (read_ < consoles * room_.size()) this->poller.wait_for(deadline);
  }
  bool all_read() const { return read_ == consoles * each; }
  std::size_t read_of_streams() const { return read_; }

 private:
  void read_on(std::size_t i) {
    streams_[i].console.async_read(room_, [this, i](std::error_code, std::size_t count) {
      read_ += count;
      if (count > 0) read_on(i);
    });
  }

  std::array<std::byte, 256> room_{};
  std::size_t read_ = 0;
  std::deque<Terminal<typename On::Console>> streams_;
};
TYPED_TEST_SUITE(ManyStreams, Backends, BackendNames);

TYPED_TEST(ManyStreams, WaitForAQuietConsole) {
  auto quiet = this->add_terminal();
  std::size_t read_before = 0;
  quiet.console.async_read(
      [&](std::error_code, std::span<const std::byte>) { read_before = this->read_of_streams(); });
  say(quiet.slave, "x");
  ASSERT_TRUE(wait_readable(quiet.console.fd()));
  const std::size_t read_at_first = this->read_of_streams();
  this->poller.wait_for(deadline);
  EXPECT_EQ(read_before, read_at_first);
}

TYPED_TEST(ManyStreams, AreServedAFewATurn) {
  const std::size_t served = this->poller.wait_for(deadline);
  EXPECT_GT(served, 0U);
  EXPECT_LT(served, this->consoles);
}

TYPED_TEST(ManyStreams, AreServedBesideAConsoleThatIsNeverDone) {
  auto endless = this->add_terminal();
  std::array<std::byte, 1> room{};
  std::function<void()> next = [&] {
    endless.console.async_read(room, [&](std::error_code, std::size_t count) {
      if (count == 0) return;
      say(endless.slave, "x");
      next();
    });
  };
  next();
  say(endless.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return this->all_read(); }));
}

}  // namespace
}  // namespace conq::test
