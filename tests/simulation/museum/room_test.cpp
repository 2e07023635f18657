// SPDX-License-Identifier: Apache-2.0
// On Linux each write on a terminal makes an event for its own side: nobody is woken by it who does
// not wait for room.

#include <chrono>

#include "tests/simulation/museum/virtual_time.hpp"

namespace conq::test {
namespace {

using namespace std::chrono_literals;

template <class On>
class Room : public VirtualTime<On> {
 protected:
  /// A wake of the thread in wait(), the write, and the next wait.
  static constexpr std::uint64_t calls_of_a_write = 3;

  /// The calls of the thread in wait() for a write that the queue of the terminal takes at once.
  std::uint64_t calls_of_write() {
    Outcome written;
    const std::uint64_t before = this->kernel.counts.calls;
    terminal.console.async_write(bytes("x"), written.handler());
    this->pass(1ms);
    EXPECT_EQ(written.calls(), 1);
    return this->kernel.counts.calls - before;
  }

  typename VirtualTime<On>::Terminal terminal = this->add_terminal();
};
TYPED_TEST_SUITE(Room, Backends, BackendNames);

TYPED_TEST(Room, AWriteThatWaitsForNoneWakesNobody) {
  this->with_server([&] {
    this->pass(1ms);
    EXPECT_EQ(this->calls_of_write(), this->calls_of_a_write);
    EXPECT_EQ(this->calls_of_write(), this->calls_of_a_write);
  });
}

TYPED_TEST(Room, AnAnswerIsWrittenBeforeTheQueueIsAskedAgain) {
  Outcome answered;
  this->terminal.console.async_read([&](std::error_code, std::span<const std::byte>) {
    this->terminal.console.async_write(bytes("x"), answered.handler());
  });
  this->with_server([&] {
    this->pass(1ms);
    say(this->terminal.slave, "?");
    // The read, the write, and the next wait.
    EXPECT_EQ(this->calls_in(1ms), 3U);
    EXPECT_EQ(answered.calls(), 1);
  });
}

TYPED_TEST(Room, NorDoesOneAfterAWriteThatHadToWait) {
  const std::string much(100'000, '.');
  this->with_server([&] {
    Outcome written;
    this->terminal.console.async_write(bytes(much), written.handler());
    this->pass(1ms);
    EXPECT_EQ(hear(this->terminal.slave, much.size()), much);
    EXPECT_TRUE(written.wait());
    this->calls_of_write();
    EXPECT_EQ(this->calls_of_write(), this->calls_of_a_write);
  });
}

}  // namespace
}  // namespace conq::test
