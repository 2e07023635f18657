// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <deque>
#include <future>
#include <optional>

#include "conq/task.hpp"
#include "tests/conformance/process_fixture.hpp"
#include "tests/support/in_child.hpp"

namespace conq::test {
namespace {

using std::chrono::milliseconds;

template <class On>
class Processes : public ProcessTest<On> {};
TYPED_TEST_SUITE(Processes, Backends, BackendNames);

TYPED_TEST(Processes, TheOutputIsReadAndTheExitStatusReported) {
  EXPECT_EQ(this->output_of(shell("echo hello; exit 7"), ExitStatus{7, 0}), "hello\n");
}

TYPED_TEST(Processes, WaitReturnsAfterTheLastByteWasRead) {
  if (kernel_traits().exit_waits_for_terminal) GTEST_SKIP() << "it does not exit unread";
  auto process = this->spawn(shell("printf 'last words'; exit 3"));
  InThread waiter([&] { return process.wait(); });
  // Reaped, and yet not reported: its words are still to be read.
  ASSERT_TRUE(eventually([&] { return this->is_gone(process); }));
  waiter.wait_until_asleep();
  EXPECT_FALSE(waiter.returned());
  EXPECT_EQ(read_text(process.console(), 5), "last ");
  waiter.wait_until_asleep();
  EXPECT_FALSE(waiter.returned());
  EXPECT_EQ(read_exactly(process.console(), 5), "words");
  EXPECT_EQ(waiter.get(), (ExitStatus{3, 0}));
  EXPECT_EQ(read_text(process.console()), "");
}

TYPED_TEST(Processes, AsyncWaitIsToldAfterTheHandlerOfTheLastRead) {
  std::string order;
  bool ended = false;
  auto process = this->spawn(shell("printf 'last words'; exit 3"));
  ExitTold told;
  process.async_wait([&](std::error_code ec, ExitStatus status) {
    order += '!';
    told.handler()(ec, status);
  });
  std::function<void()> next = [&] {
    process.console().async_read([&](std::error_code, std::span<const std::byte> bytes) {
      order += text(bytes);
      if (bytes.empty()) {
        ended = true;
      } else {
        next();
      }
    });
  };
  next();
  EXPECT_TRUE(this->serve_until([&] { return told.calls > 0 && ended; }));
  EXPECT_EQ(order, "last words!");
  EXPECT_EQ(told.status, (ExitStatus{3, 0}));
  EXPECT_EQ(told.calls, 1);
}

TYPED_TEST(Processes, AsyncWaitIsToldNothingWhileTheHandlerOfTheLastReadRuns) {
  if (kernel_traits().exit_waits_for_terminal) GTEST_SKIP() << "it does not exit unread";
  auto process = this->spawn(shell("printf x"));
  std::atomic<int> told = 0;
  process.async_wait([&](std::error_code, ExitStatus) { ++told; });
  Server first(this->poller);
  Server second(this->poller);
  ASSERT_TRUE(eventually([&] { return this->is_gone(process); }));
  std::promise<int> told_by_then;
  process.console().async_read([&](std::error_code, std::span<const std::byte>) {
    EXPECT_TRUE(this->another_thread_serves());
    told_by_then.set_value(told);
  });
  EXPECT_EQ(told_by_then.get_future().get(), 0);
  EXPECT_TRUE(eventually([&] { return told == 1; }));
}

TYPED_TEST(Processes, AsyncWaitIsToldNothingWhileAHandlerThatHasReadAllRuns) {
  auto process = this->spawn(shell("printf x; read line"));
  std::atomic<int> told = 0;
  process.async_wait([&](std::error_code, ExitStatus) { ++told; });
  Server first(this->poller);
  Server second(this->poller);
  std::promise<int> told_by_then;
  process.console().async_read([&](std::error_code, std::span<const std::byte>) {
    process.kill(SIGKILL);
    EXPECT_TRUE(eventually([&] { return this->is_gone(process); }));
    EXPECT_TRUE(this->another_thread_serves());
    told_by_then.set_value(told);
  });
  EXPECT_EQ(told_by_then.get_future().get(), 0);
  EXPECT_TRUE(eventually([&] { return told == 1; }));
}

TYPED_TEST(Processes, AsyncWaitHasToldNothingWhileNobodyReads) {
  if (kernel_traits().exit_waits_for_terminal) GTEST_SKIP() << "it does not exit unread";
  auto process = this->spawn(shell("printf x"));
  ExitTold told;
  process.async_wait(told.handler());
  ASSERT_TRUE(this->serve_until([&] { return this->is_gone(process); }));
  for (int round = 0; round < 5; ++round) this->serve_past_an_event();
  EXPECT_EQ(told.calls, 0);
  EXPECT_EQ(read_text(process.console()), "x");
  EXPECT_TRUE(this->serve_until([&] { return told.calls > 0; }));
}

TYPED_TEST(Processes, TheExitIsReportedOnceTheConsoleIsShutDown) {
  if (kernel_traits().exit_waits_for_terminal) GTEST_SKIP() << "it does not exit unread";
  auto process = this->spawn(shell("printf unread; exit 3"));
  InThread waiter([&] { return process.wait(); });
  ASSERT_TRUE(eventually([&] { return this->is_gone(process); }));
  process.console().shutdown();
  EXPECT_EQ(waiter.get(), (ExitStatus{3, 0}));
}

TYPED_TEST(Processes, WaitMayBeCalledAgainAndByMany) {
  auto process = this->spawn(shell("read line; exit 5"));
  std::deque<InThread<ExitStatus>> waiters;
  for (int i = 0; i < 3; ++i) waiters.emplace_back([&] { return process.wait(); });
  for (auto& waiter : waiters) waiter.wait_until_asleep();
  process.console().write(bytes("\n"));
  read_to_end_of(process.console());
  for (auto& waiter : waiters) EXPECT_EQ(waiter.get(), (ExitStatus{5, 0}));
  EXPECT_EQ(process.wait(), (ExitStatus{5, 0}));
  std::error_code ec = errc::closed;
  EXPECT_EQ(process.wait(ec), (ExitStatus{5, 0}));
  EXPECT_FALSE(ec);
  EXPECT_EQ(process.wait_for(milliseconds(0)), (ExitStatus{5, 0}));
}

TYPED_TEST(Processes, WaitForTimesOutWhileItRuns) {
  auto process = this->spawn(shell("read line"));
  std::error_code ec;
  process.wait_for(milliseconds(2), ec);
  EXPECT_EQ(ec, errc::timed_out);
  EXPECT_THROW(process.wait_for(milliseconds(0)), Error);
  process.console().write(bytes("\n"));
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait_for(deadline), ExitStatus{});
}

TYPED_TEST(Processes, WaitWorksWhileAWaitOfThePollerRuns) {
  const Server server(this->poller);
  for (int round = 0; round < 10; ++round) {
    auto process = this->spawn(shell("echo x; exit 4"));
    InThread reader([&] { return read_to_end_of(process.console()); });
    EXPECT_EQ(process.wait(), (ExitStatus{4, 0}));
    EXPECT_EQ(reader.get(), "x\r\n");
  }
}

TYPED_TEST(Processes, ASecondAsyncWaitIsRefused) {
  auto process = this->spawn(shell("read line"));
  ExitTold told;
  process.async_wait(told.handler());
  std::error_code ec;
  const auto dropped = [](std::error_code, ExitStatus) { ADD_FAILURE() << "called"; };
  process.async_wait(dropped, ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  EXPECT_THROW(process.async_wait(dropped), Error);
  process.console().write(bytes("\n"));
  read_to_end_of(process.console());
  EXPECT_TRUE(this->serve_until([&] { return told.calls > 0; }));
  EXPECT_EQ(told.status, ExitStatus{});
  EXPECT_EQ(told.calls, 1);
  // One after the exit is told in wait(), too.
  ExitTold late;
  process.async_wait(late.handler());
  EXPECT_EQ(late.calls, 0);
  EXPECT_TRUE(this->serve_until([&] { return late.calls > 0; }));
}

TYPED_TEST(Processes, TheExitCanBeAwaited) {
  auto process = this->spawn(shell("echo one; echo two; exit 9"));
  std::string said;
  std::optional<ExitStatus> status;
  const auto body = [](auto& run, auto& output, auto& exit) -> Task<> {
    std::array<std::byte, 64> room{};
    while (const std::size_t count = co_await run.console().async_read(room)) {
      output += text(std::span(room).first(count));
    }
    exit = co_await run.async_wait();
  };
  bool over = false;
  start(body(process, said, status), [&](const std::exception_ptr& thrown) {
    EXPECT_FALSE(thrown);
    over = true;
  });
  EXPECT_TRUE(this->serve_until([&] { return over; }));
  EXPECT_EQ(said, "one\r\ntwo\r\n");
  EXPECT_EQ(status, (ExitStatus{9, 0}));
}

TYPED_TEST(Processes, ASignalThatKilledItIsReported) {
  auto process = this->spawn(shell("read line"));
  process.kill(SIGKILL);
  read_to_end_of(process.console());
  const ExitStatus status = process.wait();
  EXPECT_EQ(status, (ExitStatus{0, SIGKILL}));
  EXPECT_EQ(status.shell_status(), 128 + SIGKILL);
  EXPECT_EQ((ExitStatus{3, 0}.shell_status()), 3);
}

TYPED_TEST(Processes, AStopIsNoExit) {
  auto process = this->spawn(shell("read line; exit 6"));
  process.kill(SIGSTOP);
  std::error_code ec;
  process.wait_for(milliseconds(5), ec);
  EXPECT_EQ(ec, errc::timed_out);
  process.kill(SIGCONT);
  process.console().write(bytes("\n"));
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), (ExitStatus{6, 0}));
}

TYPED_TEST(Processes, KillAfterReapingReportsEsrch) {
  auto process = this->spawn(shell("exit 0"));
  read_to_end_of(process.console());
  process.wait();
  std::error_code ec;
  process.kill(SIGKILL, ec);
  EXPECT_EQ(ec, std::errc::no_such_process);
  process.kill_group(SIGKILL, ec);
  EXPECT_EQ(ec, std::errc::no_such_process);
  EXPECT_THROW(process.kill(SIGKILL), Error);
  EXPECT_THROW(process.kill_group(SIGKILL), Error);
}

TYPED_TEST(Processes, KillOfAnUnknownSignalReportsEinval) {
  auto process = this->spawn(shell("read line"));
  std::error_code ec;
  process.kill(12345, ec);
  EXPECT_EQ(ec, std::errc::invalid_argument);
  process.kill(SIGKILL);
  read_to_end_of(process.console());
  process.wait();
}

TYPED_TEST(Processes, KillGroupReachesItsChildrenToo) {
  // The terminal hangs up only when the last of them is gone.
  auto process = this->spawn(shell("cat </dev/tty & cat </dev/tty & echo ready; wait"));
  std::string said;
  while (said.find("ready") == std::string::npos) said += read_text(process.console());
  process.kill_group(SIGKILL);
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), (ExitStatus{0, SIGKILL}));
}

TYPED_TEST(Processes, UnderHangupWaitItsTerminalOutlivesIt) {
  ProcessOptions options = shell("stty raw -echo; printf bye");
  options.hangup = Hangup::wait;
  auto process = this->spawn(options);
  const std::string slave_name = process.console().name();
  EXPECT_EQ(read_exactly(process.console(), 3), "bye");
  EXPECT_EQ(process.wait(), ExitStatus{});
  InThread reader([&] { return read_text(process.console()); });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  const Fd slave = open_slave(slave_name);
  say(slave, "next");
  EXPECT_EQ(reader.get(), "next");
}

TYPED_TEST(Processes, AGrandchildThatHoldsTheTerminalDoesNotHoldUpTheExit) {
  // It waits at a pipe: at the terminal it could take the line that the shell waits for.
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Fd hold(ends[0]);
  Fd let_go(ends[1]);
  ProcessOptions options = shell("(trap '' HUP; echo $$ ready; read line <&3) & read line; exit 4");
  options.keep_fds = {{hold.get(), 3}};
  auto process = this->spawn(options);
  std::string said;
  while (said.find("ready") == std::string::npos) said += read_text(process.console());
  process.console().write(bytes("\n"));
  InThread reader([&] { return read_to_end_of(process.console()); });
  EXPECT_EQ(process.wait(), (ExitStatus{4, 0}));
  let_go.reset();
  reader.get();
}

TYPED_TEST(Processes, TheEndComesThoughOneEndWasKeptOpenHere) {
  auto process = this->spawn(shell("printf bye"));
  EXPECT_EQ(read_to_end_of(process.console()), "bye");
  process.wait();
}

TYPED_TEST(Processes, AnEmptyHandleReportsClosed) {
  typename TestFixture::Process none;
  std::error_code ec;
  none.wait(ec);
  EXPECT_EQ(ec, errc::closed);
  none.wait_for(milliseconds(1), ec);
  EXPECT_EQ(ec, errc::closed);
  none.async_wait([](std::error_code, ExitStatus) { ADD_FAILURE() << "called"; }, ec);
  EXPECT_EQ(ec, errc::closed);
  none.kill(SIGKILL, ec);
  EXPECT_EQ(ec, errc::closed);
  none.kill_group(SIGKILL, ec);
  EXPECT_EQ(ec, errc::closed);
  EXPECT_EQ(none.pid(), -1);
  EXPECT_FALSE(none.console());
}

TYPED_TEST(Processes, AMoveTakesTheProcessAlong) {
  auto process = this->spawn(shell("echo moved; exit 8"));
  const pid_t pid = process.pid();
  auto moved = std::move(process);
  EXPECT_EQ(moved.pid(), pid);
  EXPECT_EQ(process.pid(), -1);
  EXPECT_EQ(read_to_end_of(moved.console()), "moved\r\n");
  EXPECT_EQ(moved.wait(), (ExitStatus{8, 0}));
}

TYPED_TEST(Processes, OneThatIsDroppedIsReapedWhileThePollerIsServed) {
  pid_t pid = -1;
  {
    auto process = this->spawn(shell("trap '' HUP; echo ready; exec cat >/dev/null 2>&1"));
    pid = process.pid();
    read_exactly(process.console(), 5);
  }
  // The end of its terminal is the end of cat.
  EXPECT_TRUE(eventually([&] {
    this->poller.wait_for(milliseconds(1));
    return ::kill(pid, 0) < 0 && errno == ESRCH;
  }));
}

TYPED_TEST(Processes, AsyncWaitOfADroppedOneIsToldItsExit) {
  ExitTold told;
  {
    auto process = this->spawn(shell("read line"));
    process.async_wait(told.handler());
  }
  EXPECT_TRUE(this->serve_until([&] { return told.calls > 0; }));
  EXPECT_FALSE(told.error) << told.error.message();
}

TYPED_TEST(Processes, ThePollersEndCompletesAnAsyncWaitOnce) {
  ExitTold told;
  pid_t pid = -1;
  {
    std::optional<typename TestFixture::Process> process;
    typename TestFixture::Poller short_lived;
    process = TestFixture::Process::spawn(short_lived, shell("read line"));
    pid = process->pid();
    process->async_wait(told.handler());
  }
  EXPECT_EQ(told.calls, 1);
  EXPECT_TRUE(told.error);
  // Nobody is left to reap it but us.
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TYPED_TEST(Processes, ThePollersCloseEndsABlockedWait) {
  auto process = this->spawn(shell("trap '' HUP; read line"));
  const pid_t pid = process.pid();
  InThread waiter([&] {
    std::error_code ec;
    process.wait(ec);
    return ec;
  });
  waiter.wait_until_asleep();
  this->poller.close();
  EXPECT_TRUE(waiter.get());
  process.kill(SIGKILL);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TYPED_TEST(Processes, WhereTheHostIgnoresSigchldTheErrorIsEchild) {
  in_child([] {
    ::signal(SIGCHLD, SIG_IGN);
    typename TestFixture::Poller own;
    auto process = TestFixture::Process::spawn(own, shell("echo x"));
    EXPECT_EQ(read_to_end_of(process.console()), "x\r\n");
    std::error_code ec;
    process.wait(ec);
    EXPECT_EQ(ec, std::errc::no_child_process);
  });
}

TYPED_TEST(Processes, ManyAtOnceEachGiveTheirOutputAndExit) {
  constexpr std::size_t count = 60;
  struct Run {
    typename TestFixture::Process process;
    std::string said;
    ExitTold told;
    std::size_t said_when_told = 0;
  };
  std::deque<Run> runs(count);
  std::size_t ended = 0;
  std::function<void(Run&)> next = [&](Run& run) {
    run.process.console().async_read([&](std::error_code, std::span<const std::byte> bytes) {
      run.said += text(bytes);
      if (bytes.empty()) {
        ++ended;
      } else {
        next(run);
      }
    });
  };
  for (std::size_t i = 0; i < count; ++i) {
    Run& run = runs[i];
    run.process = this->spawn(shell("printf '%05000d' 7; exit " + std::to_string(i)));
    next(run);
    run.process.async_wait([&](std::error_code ec, ExitStatus status) {
      run.told.handler()(ec, status);
      run.said_when_told = run.said.size();
      ++ended;
    });
  }
  EXPECT_TRUE(this->serve_until([&] { return ended == 2 * count; }));
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(runs[i].told.status, (ExitStatus{static_cast<int>(i), 0}));
    EXPECT_EQ(runs[i].said_when_told, 5000U);
    EXPECT_EQ(runs[i].told.calls, 1);
  }
}

}  // namespace
}  // namespace conq::test
