// SPDX-License-Identifier: Apache-2.0
// Of streams that wait for each other a few are read several times in a row, where the kernel
// refills a terminal behind each read.
#include <algorithm>
#include <deque>

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
  auto& terminal(std::size_t i) { return streams_[i].terminal; }
  std::size_t ended() const { return ended_; }

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
  const std::string& order = served();
  const std::size_t others = order.find_first_not_of("bcd", 5);
  ASSERT_NE(others, std::string::npos);
  for (const char letter : {'b', 'c', 'd'}) {
    EXPECT_LE(
        std::count(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(others), letter), 8);
  }
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

}  // namespace
}  // namespace conq::test
