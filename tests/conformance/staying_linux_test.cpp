// SPDX-License-Identifier: Apache-2.0
// Of streams that wait for each other a few are read several times in a row, where the kernel
// refills a terminal behind each read.
#include <algorithm>
#include <deque>
#include <functional>
#include <future>
#include <string_view>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

class Staying : public PollerTest<OnEpoll> {
 protected:
  /// One with so many bytes to give, read by handlers that note its letter for each read.
  void add(std::size_t bytes, std::size_t room) {
    const char letter = static_cast<char>('a' + streams_.size());
    auto& stream = streams_.emplace_back(add_terminal(Hangup::end), room);
    say(stream.terminal.slave, std::string(bytes, letter));
    ASSERT_TRUE(wait_readable(stream.terminal.console.fd()));
    read_on(stream, letter);
  }
  bool serve_until_read(std::size_t bytes) {
    return serve_until([&] { return read_ == bytes; });
  }
  const std::string& served() const { return served_; }
  /// None of `staying` is read more often than that before the first of the others is once more.
  void expect_to_give_way(std::string_view staying, std::ptrdiff_t most) const {
    const std::size_t others = served_.find_first_not_of(staying, streams_.size());
    ASSERT_NE(others, std::string::npos);
    const auto first_of_others = served_.begin() + static_cast<std::ptrdiff_t>(others);
    for (const char letter : staying) {
      EXPECT_LE(std::count(served_.begin(), first_of_others, letter), most);
    }
  }
  auto& terminal(std::size_t i) { return streams_[i].terminal; }
  std::size_t ended() const { return ended_; }

  std::function<void(char letter, std::size_t count)> after_read;

 private:
  struct Stream {
    Stream(Terminal made, std::size_t size) : terminal(std::move(made)), room(size) {}
    Terminal terminal;
    std::vector<std::byte> room;
  };

  void read_on(Stream& stream, char letter) {
    stream.terminal.console.async_read(
        stream.room, [this, &stream, letter](std::error_code ec, std::size_t count) {
          if (ec || count == 0) {
            ++ended_;
            return;
          }
          read_ += count;
          served_ += letter;
          if (after_read) after_read(letter, count);
          read_on(stream, letter);
        });
  }

  std::string served_;
  std::size_t read_ = 0;
  std::size_t ended_ = 0;
  std::deque<Stream> streams_;
};

TEST_F(Staying, StreamsAreThreeThatAreReadInARow) {
  for (int i = 0; i < 5; ++i) add(4 * std::size_t{256}, 256);
  EXPECT_TRUE(serve_until_read(5 * 4 * std::size_t{256}));
  // That they stream, the first read of each finds out.
  EXPECT_EQ(served().substr(0, 5), "abcde");
  EXPECT_EQ(served().substr(5, 9), "bcdbcdbcd");
}

TEST_F(Staying, StreamsGiveWayToOthersInTheEnd) {
  for (int i = 0; i < 5; ++i) add(12 * std::size_t{256}, 256);
  EXPECT_TRUE(serve_until_read(5 * 12 * std::size_t{256}));
  expect_to_give_way("bcd", 8);
}

/// Three of four are looked at in vain by the turn's end, but not yet for the last time.
class StayingUnrefilled : public Staying {
 protected:
  static constexpr std::size_t consoles = 4;
  static constexpr std::size_t each = 580;

  void SetUp() override {
    for (std::size_t i = 0; i < consoles; ++i) add(each, 300);
    poller.wait_for(deadline);
    ASSERT_EQ(served(), "abcdbcd");
  }
};

TEST_F(StayingUnrefilled, StreamsAreReadWhenAnEventComes) {
  for (std::size_t i = 0; i < consoles; ++i) {
    say(terminal(i).slave, "!");
    ASSERT_TRUE(wait_readable(terminal(i).console.fd()));
  }
  EXPECT_TRUE(serve_until_read(consoles * (each + 1)));
}

TEST_F(StayingUnrefilled, StreamsEndByAHangup) {
  for (std::size_t i = 0; i < consoles; ++i) terminal(i).hang_up();
  EXPECT_TRUE(serve_until([&] { return ended() == consoles; }));
}

/// Another thread is in wait(), though a handler keeps it busy.
class StayingAmongThreads : public Staying {
 protected:
  void SetUp() override {
    busy_.console.async_read([this](std::error_code, std::span<const std::byte>) {
      entered_.set_value();
      released_.get_future().wait();
    });
    say(busy_.slave, "!");
    entered_.get_future().wait();
  }
  void TearDown() override { released_.set_value(); }

 private:
  Terminal busy_ = add_terminal();
  std::promise<void> entered_;
  std::promise<void> released_;
  InThread<std::size_t> other_{[this] { return poller.wait_for(deadline); }};
};

TEST_F(StayingAmongThreads, AsManyStayAsThereAreThreads) {
  for (int i = 0; i < 5; ++i) add(4 * std::size_t{256}, 256);
  EXPECT_TRUE(serve_until_read(5 * 4 * std::size_t{256}));
  EXPECT_EQ(served().substr(0, 5), "abcde");
  EXPECT_EQ(served().substr(5, 6), "bcbcbc");
}

TEST_F(StayingAmongThreads, StreamsGiveWayToOthersInTheEnd) {
  for (int i = 0; i < 4; ++i) add(40 * std::size_t{256}, 256);
  EXPECT_TRUE(serve_until_read(4 * 40 * std::size_t{256}));
  expect_to_give_way("bc", 31);
}

TEST_F(StayingAmongThreads, OneThatIsEmptiedIsReadAndNotOnlyLookedAt) {
  for (int i = 0; i < 4; ++i) add(580, 300);
  after_read = [this](char letter, std::size_t count) {
    if (letter != 'b' || count == 300 || count == 1) return;
    // Little, of which no event is fetched in this turn.
    say(terminal(1).slave, "!");
    ASSERT_TRUE(wait_readable(terminal(1).console.fd()));
  };
  poller.wait_for(deadline);
  EXPECT_EQ(served(), "abcdbcb");
}

}  // namespace
}  // namespace conq::test
