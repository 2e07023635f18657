// SPDX-License-Identifier: Apache-2.0
// What is done a second time.
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseTwice : public ProcessTest<On> {};
TYPED_TEST_SUITE(MisuseTwice, Backends, BackendNames);

TYPED_TEST(MisuseTwice, WaitingForAnExitInEachWayTellsTheSame) {
  auto process = this->spawn(shell("exit 3"));
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), (ExitStatus{3, 0}));
  EXPECT_EQ(process.wait_for(std::chrono::nanoseconds::zero()), (ExitStatus{3, 0}));
  for (int i = 0; i < 2; ++i) {
    ExitTold told;
    process.async_wait(told.handler());
    EXPECT_TRUE(this->serve_until([&] { return told.calls > 0; }));
    EXPECT_EQ(told.status, (ExitStatus{3, 0}));
  }
  std::error_code ec;
  process.kill(SIGKILL, ec);
  EXPECT_EQ(ec, std::errc::no_such_process);
  process.kill_group(SIGKILL, ec);
  EXPECT_EQ(ec, std::errc::no_such_process);
  process.console().close();
  EXPECT_EQ(process.wait(), (ExitStatus{3, 0})) << "its console is no longer needed";
}

TYPED_TEST(MisuseTwice, ASizeOfZeroIsASize) {
  auto terminal = this->add_terminal();
  terminal.console.resize({24, 80, 0, 0});
  terminal.console.resize({});
  EXPECT_EQ(terminal.console.size(), WinSize{});
}

TYPED_TEST(MisuseTwice, EachEndOfAChannelMayComeInAnyOrder) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  terminal.console.shutdown();
  terminal.console.shutdown([](int) { ADD_FAILURE() << "it is off the queue"; });
  std::error_code ec;
  this->poller.close_console(terminal.console.fd(), ec);
  EXPECT_EQ(ec, errc::not_registered);
  terminal.console.close();
  terminal.console.close(ec);
  EXPECT_EQ(ec, errc::closed);
  terminal.console.shutdown();
  this->poller.close();
  this->poller.close(ec);
  EXPECT_EQ(ec, errc::closed);
  this->poller.wait();
  EXPECT_EQ(read.calls(), 1);
  EXPECT_FALSE(this->poller.add(raw_pty().master, {}, ec));
  EXPECT_EQ(ec, errc::closed);
}

TYPED_TEST(MisuseTwice, ASecondOperationWaitsItsTurnIfItBlocksAndIsRefusedOtherwise) {
  auto terminal = this->add_terminal();
  InThread first([&] { return read_text(terminal.console); });
  first.wait_until_asleep();
  Outcome second;
  terminal.console.async_read(second.lent_handler());
  std::error_code ec;
  terminal.console.async_read(LentHandler([](std::error_code, std::span<const std::byte>) {}), ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  InThread third([&] { return read_text(terminal.console); });
  third.wait_until_asleep();
  say(terminal.slave, "1");
  EXPECT_EQ(first.get(), "1");
  say(terminal.slave, "2");
  EXPECT_TRUE(this->serve_until([&] { return second.calls() > 0; }));
  EXPECT_EQ(second.text(), "2");
  say(terminal.slave, "3");
  EXPECT_EQ(third.get(), "3");
}

}  // namespace
}  // namespace conq::test
