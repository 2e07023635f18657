// SPDX-License-Identifier: Apache-2.0
// Row 9 at the one moment that matters: the kernel has told a thread of an event, and before that
// thread gets to look at the consoles the event's own is closed and its number another's.
#include "tests/simulation/museum/virtual_time.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

template <class On>
class Museum09AtThatMoment : public VirtualTime<On> {
 protected:
  /// Once, as events are on their way.
  void as_events_come(const std::function<void()>& act) {
    const auto once = [act, acted = std::make_shared<bool>(false)](auto& events) {
      if (events.empty() || std::exchange(*acted, true)) return;
      act();
    };
    this->kernel.faults.events = once;
    this->kernel.faults.epoll_events = once;
  }
};
TYPED_TEST_SUITE(Museum09AtThatMoment, Backends, BackendNames);

TYPED_TEST(Museum09AtThatMoment, AnEventThatIsOnItsWayNeverReachesTheConsoleThatGotTheNumber) {
  const std::string much(100'000, '.');
  auto old = this->add_terminal(Hangup::end);
  const int number = old.console.fd();
  std::optional<typename TestFixture::Terminal> next;
  Outcome written;
  this->with_server([&] {
    this->pass(1ms);
    this->as_events_come([&] {
      old.console.close();
      next = this->add_terminal(Hangup::end);
      next->console.async_write(bytes(much), written.handler());
    });
    // A hangup that is taken for its own would end the write of the next one.
    if (this->dialect.hangup_wakes_read) {
      old.hang_up();
    } else {
      say(old.slave, "x");
    }
    this->pass(1ms);
    ASSERT_TRUE(next);
    EXPECT_EQ(next->console.fd(), number);
    EXPECT_EQ(hear(next->slave, much.size()).size(), much.size());
    EXPECT_TRUE(written.wait());
    EXPECT_FALSE(written.error()) << written.error().message();
  });
}

}  // namespace
}  // namespace conq::test
