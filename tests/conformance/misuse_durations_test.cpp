// SPDX-License-Identifier: Apache-2.0
// Times that are none, and those that no clock or kernel reaches.
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

using std::chrono::nanoseconds;

/// From where a clock would pass its end, and where some kernels refuse to wait.
constexpr std::array endless{nanoseconds::max(), nanoseconds::max() - std::chrono::hours(1),
                             nanoseconds(std::chrono::hours(24 * 365 * 200)),
                             nanoseconds(std::chrono::hours(24 * 365 * 10))};
constexpr std::array at_once{nanoseconds::min(), nanoseconds(-1), nanoseconds::zero()};

template <class On>
class MisuseDurations : public ProcessTest<On> {};
TYPED_TEST_SUITE(MisuseDurations, Backends, BackendNames);

TYPED_TEST(MisuseDurations, AReadTimesOutAtOnceOrNever) {
  auto terminal = this->add_terminal();
  std::array<std::byte, 8> room{};
  std::error_code ec;
  for (const nanoseconds limit : at_once) {
    terminal.console.read_for(room, limit, ec);
    EXPECT_EQ(ec, errc::timed_out) << limit.count();
  }
  for (const nanoseconds limit : endless) {
    InThread turning([&] { return terminal.console.read_for(room, limit); });
    turning.wait_until_asleep();
    // Sleeps, where the first is in the kernel's wait.
    InThread sleeping([&] {
      std::array<std::byte, 8> other{};
      return terminal.console.read_for(other, limit);
    });
    sleeping.wait_until_asleep();
    EXPECT_FALSE(turning.returned());
    EXPECT_FALSE(sleeping.returned());
    say(terminal.slave, "x");
    EXPECT_EQ(turning.get(), 1U);
    say(terminal.slave, "y");
    EXPECT_EQ(sleeping.get(), 1U);
  }
}

TYPED_TEST(MisuseDurations, AWaitTimesOutAtOnceOrNever) {
  auto terminal = this->add_terminal();
  for (const nanoseconds limit : at_once) EXPECT_EQ(this->poller.wait_for(limit), 0U);
  for (const nanoseconds limit : endless) {
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    InThread waiting([&] { return this->poller.wait_for(limit); });
    waiting.wait_until_asleep();
    EXPECT_FALSE(waiting.returned());
    say(terminal.slave, "x");
    EXPECT_EQ(waiting.get(), 1U);
  }
}

TYPED_TEST(MisuseDurations, AWaitBesideABlockedCallerTimesOutAtOnceOrNever) {
  auto terminal = this->add_terminal();
  auto other = this->add_terminal();
  InThread turning([&] { return read_text(other.console); });
  turning.wait_until_asleep();
  for (const nanoseconds limit : at_once) EXPECT_EQ(this->poller.wait_for(limit), 0U);
  for (const nanoseconds limit : endless) {
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    InThread waiting([&] { return this->poller.wait_for(limit); });
    waiting.wait_until_asleep();
    EXPECT_FALSE(waiting.returned());
    say(terminal.slave, "x");
    EXPECT_EQ(waiting.get(), 1U);
  }
  say(other.slave, "y");
  EXPECT_EQ(turning.get(), "y");
}

TYPED_TEST(MisuseDurations, AWaitForAnExitTimesOutAtOnceOrNever) {
  for (const nanoseconds limit : endless) {
    auto process = this->spawn(shell("read line; exit 3"));
    std::error_code ec;
    for (const nanoseconds no_time : at_once) {
      process.wait_for(no_time, ec);
      EXPECT_EQ(ec, errc::timed_out);
    }
    InThread waiting([&] { return process.wait_for(limit); });
    waiting.wait_until_asleep();
    EXPECT_FALSE(waiting.returned());
    process.console().write(bytes("\n"));
    read_to_end_of(process.console());
    EXPECT_EQ(waiting.get(), (ExitStatus{3, 0}));
  }
}

}  // namespace
}  // namespace conq::test
