// SPDX-License-Identifier: Apache-2.0
#include "output_queue.hpp"

#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <unistd.h>

#include <array>
#include <optional>

#include "tests/support/eventually.hpp"
#include "tests/support/read_until.hpp"

namespace conq::app {
namespace {

class Output : public ::testing::Test {
 protected:
  Output() {
    ::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
    read_end_.reset(ends[0]);
    queue_.emplace(poller_->add(Fd(ends[1])),
                   OutputQueue::Callbacks{[this] { ++times_room_; },
                                          [this](std::error_code ec) { error_ = ec; }});
  }
  ~Output() override { poller_.reset(); }

  void put(std::string_view text) {
    queue_->text().append(text);
    queue_->flush();
  }
  void serve_until(const std::function<bool()>& holds) {
    ASSERT_TRUE(test::serve_until(*poller_, holds));
  }

  std::optional<Poller> poller_{std::in_place};
  Fd read_end_;
  std::optional<OutputQueue> queue_;
  int times_room_ = 0;
  std::error_code error_;
};

TEST_F(Output, IsWrittenInOrder) {
  EXPECT_TRUE(queue_->idle());
  put("one ");
  put("two ");
  put("three");
  EXPECT_FALSE(queue_->idle());
  serve_until([this] { return queue_->idle(); });
  EXPECT_EQ(test::read_until(read_end_.get(), "three"), "one two three");
  EXPECT_EQ(times_room_, 0) << "it was never full";
}

TEST_F(Output, IsFullWhenNobodyReadsAndTellsWhenItIsNoLonger) {
  const std::string piece(OutputQueue::limit / 4, 'x');
  std::size_t put_in = 0;
  while (!queue_->full()) {
    put(piece);
    put_in += piece.size();
    poller_->wait_for(std::chrono::nanoseconds::zero());
  }
  EXPECT_EQ(times_room_, 0);
  std::size_t got = 0;
  std::string room(65536, '\0');
  serve_until([&] {
    const ssize_t count = test::wait_readable(read_end_.get(), std::chrono::milliseconds(0))
                              ? ::read(read_end_.get(), room.data(), room.size())
                              : 0;
    got += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    return got == put_in;
  });
  serve_until([this] { return queue_->idle(); });
  EXPECT_FALSE(queue_->full());
  EXPECT_EQ(times_room_, 1);
}

TEST_F(Output, TellsOnceThatItsReaderIsGoneAndIsThenNeverFull) {
  read_end_.reset();
  put("lost");
  serve_until([this] { return error_ == std::errc::broken_pipe; });
  EXPECT_TRUE(queue_->idle());
  EXPECT_EQ(times_room_, 1) << "whoever waits for room has to go on";
  error_.clear();
  for (int times = 0; times < 8; ++times) put(std::string(OutputQueue::limit / 4, 'x'));
  EXPECT_FALSE(queue_->full());
  EXPECT_TRUE(queue_->idle());
  EXPECT_FALSE(error_);
}

}  // namespace
}  // namespace conq::app
