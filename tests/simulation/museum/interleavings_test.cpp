// SPDX-License-Identifier: Apache-2.0
// Threads that meet at one moment: where time is virtual each moment of a system call or a handler
// can be tried in turn.
#include <coroutine>

#include "tests/simulation/museum/virtual_time.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

template <class On>
class Interleavings : public VirtualTime<On> {
 protected:
  /// More than an operation takes until it waits in the kernel.
  static constexpr int most_turns = 40;

  static void let_others_take(int turns) {
    for (int turn = 0; turn < turns; ++turn) sim::Scheduler::turn();
  }
};
TYPED_TEST_SUITE(Interleavings, Backends, BackendNames);

TYPED_TEST(Interleavings, ACoroutineThatGoesDuringItsReadWaitsUntilItsBufferIsLeftAlone) {
  auto terminal = this->add_terminal();
  this->with_server([&] {
    for (int turns = 0; turns < this->most_turns; ++turns) {
      say(terminal.slave, "x");
      std::array<std::byte, 100> room{};
      {
        IoAwaiter read = terminal.console.async_read(room);
        read.await_suspend(std::noop_coroutine());
        this->let_others_take(turns);
      }
      const auto left = room;
      this->pass(1ms);
      ASSERT_EQ(room, left) << "after " << turns << " turns";
    }
  });
}

TYPED_TEST(Interleavings, AnExitDuringAReadIsTheEndOfIt) {
  for (int turns = 0; turns < this->most_turns; ++turns) {
    ProcessOptions options = shell("read line");
    options.hangup = Hangup::end;
    auto process = TestFixture::Process::spawn(this->poller, options);
    Outcome read;
    bool exited = false;
    process.async_wait([&](std::error_code, ExitStatus) { exited = true; });
    const auto serve = [&] {
      while (read.calls() == 0 || !exited) this->poller.wait_for(1h);
    };
    this->run({{"a server", serve}, {"another", serve}, {"the test", [&] {
                                                           this->pass(1ms);
                                                           process.console().async_read(
                                                               read.lent_handler());
                                                           this->let_others_take(turns);
                                                           process.kill(SIGKILL);
                                                           // Sooner than a question would come,
                                                           // where the kernel is silent.
                                                           this->pass(10ms);
                                                           EXPECT_EQ(read.calls(), 1)
                                                               << "after " << turns << " turns";
                                                           EXPECT_TRUE(exited);
                                                           process.console().shutdown();
                                                         }}});
  }
}

}  // namespace
}  // namespace conq::test
