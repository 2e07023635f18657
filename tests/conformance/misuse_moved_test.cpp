// SPDX-License-Identifier: Apache-2.0
// What is used after it was moved away, or moved to itself.
#include <utility>

#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseMoved : public ProcessTest<On> {
 protected:
  /// So that no compiler warns of what the test is about.
  template <class T>
  static void move_to_itself(T& object) {
    T& same = object;
    object = std::move(same);
  }
};
TYPED_TEST_SUITE(MisuseMoved, Backends, BackendNames);

TYPED_TEST(MisuseMoved, AProcessReportsClosed) {
  auto process = this->spawn(shell("exit 3"));
  auto moved = std::move(process);
  EXPECT_EQ(process.pid(), -1);
  EXPECT_FALSE(process.console());
  std::error_code ec;
  const auto expect_closed = [&ec](auto call) {
    ec.clear();
    call();
    EXPECT_EQ(ec, errc::closed);
  };
  expect_closed([&] { process.wait(ec); });
  expect_closed([&] { process.wait_for(deadline, ec); });
  expect_closed([&] {
    process.async_wait([](std::error_code, ExitStatus) { ADD_FAILURE() << "called"; }, ec);
  });
  expect_closed([&] { process.kill(SIGTERM, ec); });
  expect_closed([&] { process.kill_group(SIGTERM, ec); });
  EXPECT_THROW(process.wait(), Error);
  read_to_end_of(moved.console());
  EXPECT_EQ(moved.wait(), (ExitStatus{3, 0}));
}

TYPED_TEST(MisuseMoved, AProcessMovedToItselfIsTheSame) {
  auto process = this->spawn(shell("exit 3"));
  const pid_t pid = process.pid();
  this->move_to_itself(process);
  EXPECT_EQ(process.pid(), pid);
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), (ExitStatus{3, 0}));
}

TYPED_TEST(MisuseMoved, AChannelMovedToItselfIsTheSame) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->move_to_itself(terminal.console);
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.text(), "x");
}

TYPED_TEST(MisuseMoved, AStreamThatWasMovedAwayReportsClosed) {
  auto terminal = this->add_terminal();
  auto stream = this->poller.add(std::move(terminal.slave));
  const auto moved = std::move(stream);
  std::array<std::byte, 4> room{};
  std::error_code ec;
  stream.read(room, ec);
  EXPECT_EQ(ec, errc::closed);
  stream.async_write(
      room, [](std::error_code, std::size_t) { ADD_FAILURE() << "called"; }, ec);
  EXPECT_EQ(ec, errc::closed);
  EXPECT_EQ(stream.fd(), -1);
}

TYPED_TEST(MisuseMoved, ARelayMovedAwayStopsNothingAndOneMovedToItselfGoesOn) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  int ends = 0;
  auto relay = TestFixture::Relay::start(one.console, other.console, {},
                                         [&](const RelayResult&) { ++ends; });
  auto moved = std::move(relay);
  relay.stop();
  this->move_to_itself(moved);
  say(one.slave, "x");
  EXPECT_TRUE(this->serve_until(
      [&] { return wait_readable(other.slave.get(), std::chrono::milliseconds(0)); }));
  EXPECT_EQ(ends, 0);
  moved.stop();
  EXPECT_TRUE(this->serve_until([&] { return ends > 0; }));
}

}  // namespace
}  // namespace conq::test
