// SPDX-License-Identifier: Apache-2.0
#include <sys/epoll.h>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

using std::chrono::nanoseconds;

template <class On>
class NativeHandleInEpoll : public PollerTest<On> {
 protected:
  void SetUp() override {
    std::error_code ec;
    this->poller.native_handle(ec);
    // libkqueue, whose queues are none of the kernel's.
    if (ec == std::errc::operation_not_supported) GTEST_SKIP() << "a queue that cannot be nested";
  }
};
TYPED_TEST_SUITE(NativeHandleInEpoll, Backends, BackendNames);

/// An event loop of somebody else's.
class ForeignLoop {
 public:
  ForeignLoop(int handle, std::uint32_t flags) : queue_(::epoll_create1(EPOLL_CLOEXEC)) {
    epoll_event event{};
    event.events = EPOLLIN | flags;
    EXPECT_EQ(::epoll_ctl(queue_.get(), EPOLL_CTL_ADD, handle, &event), 0);
  }
  bool wait() {
    epoll_event event{};
    return ::epoll_wait(queue_.get(), &event, 1, 1000 * static_cast<int>(deadline.count())) == 1;
  }

 private:
  Fd queue_;
};

TYPED_TEST(NativeHandleInEpoll, LevelTriggered) {
  auto terminal = this->add_terminal();
  ForeignLoop loop(this->poller.native_handle(), 0);
  for (int round = 0; round < 50; ++round) {
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    say(terminal.slave, "x");
    while (read.calls() == 0) {
      ASSERT_TRUE(loop.wait());
      this->poller.wait_for(nanoseconds::zero());
    }
    ASSERT_EQ(read.text(), "x");
  }
}

TYPED_TEST(NativeHandleInEpoll, EdgeTriggeredServedUntilNothingIsReady) {
  auto terminal = this->add_terminal();
  ForeignLoop loop(this->poller.native_handle(), EPOLLET);
  for (int round = 0; round < 50; ++round) {
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    say(terminal.slave, "x");
    while (read.calls() == 0) {
      ASSERT_TRUE(loop.wait());
      this->serve_what_is_ready();
    }
    ASSERT_EQ(read.text(), "x");
  }
}

}  // namespace
}  // namespace conq::test
