// SPDX-License-Identifier: Apache-2.0
#include "conq/process.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <deque>
#include <optional>

#include "conq/task.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/poller_test.hpp"
#include "tests/support/shell.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

using std::chrono::milliseconds;

/// What an async_wait was told.
struct ExitTold {
  int calls = 0;
  std::error_code error;
  ExitStatus status;

  auto handler() {
    return [this](std::error_code ec, ExitStatus exit) {
      ++calls;
      error = ec;
      status = exit;
    };
  }
};

template <class On>
class Processes : public PollerTest<On> {
 protected:
  using Process = typename On::Process;

  Process spawn(const ProcessOptions& options) { return Process::spawn(this->poller, options); }
  /// Runs a script to its end; what it said, without carriage returns.
  std::string output_of(const ProcessOptions& options, ExitStatus wanted = {}) {
    Process process = spawn(options);
    std::string said = read_to_end_of(process.console());
    EXPECT_EQ(process.wait(), wanted);
    std::erase(said, '\r');
    return said;
  }
  std::error_code error_of(const ProcessOptions& options) {
    std::error_code ec;
    const Process process = Process::spawn(this->poller, options, ec);
    EXPECT_EQ(process.pid(), -1);
    return ec;
  }
  /// Reaped, or never was.
  static bool is_gone(Process& process) {
    std::error_code ec;
    process.kill(0, ec);
    return ec == std::errc::no_such_process;
  }

  void TearDown() override {
    // However it went, this process has no zombie left.
    EXPECT_TRUE(::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) << "a child is left";
  }
};
TYPED_TEST_SUITE(Processes, Backends, BackendNames);

TYPED_TEST(Processes, TheOutputIsReadAndTheExitStatusReported) {
  EXPECT_EQ(this->output_of(shell("echo hello; exit 7"), ExitStatus{7, 0}), "hello\n");
}

TYPED_TEST(Processes, WaitReturnsAfterTheLastByteWasRead) {
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

TYPED_TEST(Processes, AsyncWaitHasToldNothingWhileNobodyReads) {
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

TYPED_TEST(Processes, AGrandchildThatHoldsTheTerminalDoesNotHoldUpTheExit) {
  auto process =
      this->spawn(shell("(trap '' HUP; echo $$ ready; read line </dev/tty; read line; "
                        "echo late) & read line; exit 4"));
  std::string said;
  while (said.find("ready") == std::string::npos) said += read_text(process.console());
  process.console().write(bytes("\n"));
  InThread reader([&] { return read_to_end_of(process.console()); });
  EXPECT_EQ(process.wait(), (ExitStatus{4, 0}));
  // It has the terminal to itself now, and its last words come through.
  reader.wait_until_asleep();
  process.console().write(bytes("\n\n"));
  reader.get();
}

TYPED_TEST(Processes, TheEndComesThoughOneEndWasKeptOpenHere) {
  auto process = this->spawn(shell("printf bye"));
  EXPECT_EQ(read_to_end_of(process.console()), "bye");
  process.wait();
}

TYPED_TEST(Processes, IsLeaderOfASessionAndGroupOfItsOwn) {
  auto process = this->spawn(shell("echo ready; read line"));
  read_exactly(process.console(), 5);
  EXPECT_EQ(::getsid(process.pid()), process.pid());
  EXPECT_EQ(::getpgid(process.pid()), process.pid());
  process.kill(SIGKILL);
  read_to_end_of(process.console());
  process.wait();
}

TYPED_TEST(Processes, ThePtyIsItsControllingTerminalAndItsStdinStdoutAndStderr) {
  EXPECT_EQ(this->output_of(shell("test -t 0 && test -t 1 && test -t 2 && echo all >/dev/tty")),
            "all\n");
}

TYPED_TEST(Processes, AKeyAtItsTerminalInterruptsIt) {
  auto process = this->spawn(shell("trap 'exit 42' INT; echo ready; while :; do read line; done"));
  std::string said;
  while (said.find("ready") == std::string::npos) said += read_text(process.console());
  process.console().write(bytes("\x03"));
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), (ExitStatus{42, 0}));
}

TYPED_TEST(Processes, EverySignalIsAtItsDefaultAndUnblocked) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGUSR1);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  const auto pipe_before = ::signal(SIGPIPE, SIG_IGN);
  const auto hup_before = ::signal(SIGHUP, SIG_IGN);
  for (const char* name : {"TERM", "USR1", "PIPE", "HUP"}) {
    auto process = this->spawn(shell("kill -" + std::string(name) + " $$; echo survived"));
    EXPECT_EQ(read_to_end_of(process.console()), "") << name;
    EXPECT_NE(process.wait().signal, 0) << name;
  }
  ::signal(SIGPIPE, pipe_before);
  ::signal(SIGHUP, hup_before);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
}

TYPED_TEST(Processes, TheWindowsSizeIsSetBeforeItStarts) {
  ProcessOptions options = shell("stty size");
  options.size = {33, 101, 0, 0};
  EXPECT_EQ(this->output_of(options), "33 101\n");
}

TYPED_TEST(Processes, TheEnvironmentIsTheOneGiven) {
  ProcessOptions options = shell("echo \"$COLOUR-$HOME\"");
  options.environment = {{"COLOUR=green"}};
  EXPECT_EQ(this->output_of(options), "green-\n");
}

TYPED_TEST(Processes, TheEnvironmentIsTheCallersByDefault) {
  ASSERT_EQ(::setenv("CONQ_TEST_COLOUR", "blue", 1), 0);
  EXPECT_EQ(this->output_of(shell("echo $CONQ_TEST_COLOUR")), "blue\n");
  ::unsetenv("CONQ_TEST_COLOUR");
}

TYPED_TEST(Processes, TheWorkingDirectoryIsTheOneGiven) {
  const TempDir dir;
  ProcessOptions options = shell("pwd -P");
  options.directory = dir.path();
  EXPECT_EQ(this->output_of(options), dir.path().string() + "\n");
}

TYPED_TEST(Processes, ANameWithoutASlashIsLookedUpInThePathOfTheProcess) {
  const TempDir dir;
  dir.file("greet", "#!/bin/sh\necho hello from the path\n", std::filesystem::perms::owner_all);
  ProcessOptions options = program({"greet"});
  options.environment = {{"PATH=/nowhere:" + dir.path().string()}};
  EXPECT_EQ(this->output_of(options), "hello from the path\n");
  EXPECT_EQ(this->error_of(program({"greet"})), std::errc::no_such_file_or_directory);
}

TYPED_TEST(Processes, AProgramThatIsNotThereIsReportedHere) {
  EXPECT_EQ(this->error_of(program({"/no/such/program"})), std::errc::no_such_file_or_directory);
  EXPECT_EQ(this->error_of(program({"no-such-program"})), std::errc::no_such_file_or_directory);
  EXPECT_EQ(text_of_error([&] { this->spawn(program({"no-such-program"})); }),
            "exec no-such-program: " +
                std::make_error_code(std::errc::no_such_file_or_directory).message());
}

TYPED_TEST(Processes, AProgramThatIsNotExecutableIsReportedHere) {
  const TempDir dir;
  const std::string file = dir.file("plain", "text");
  EXPECT_EQ(this->error_of(program({file})), std::errc::permission_denied);
  EXPECT_EQ(this->error_of(program({"/"})), std::errc::permission_denied);
}

TYPED_TEST(Processes, NoProgramAtAllIsReportedHere) {
  EXPECT_TRUE(this->error_of(ProcessOptions{}));
  EXPECT_TRUE(this->error_of(program({""})));
}

TYPED_TEST(Processes, ADirectoryThatIsNotThereIsReportedHere) {
  ProcessOptions options = shell("exit 0");
  options.directory = "/no/such/directory";
  EXPECT_EQ(this->error_of(options), std::errc::no_such_file_or_directory);
  const std::string text = text_of_error([&] { this->spawn(options); });
  EXPECT_NE(text.find("/no/such/directory"), std::string::npos) << text;
}

TYPED_TEST(Processes, OnAClosedPollerReportsClosed) {
  this->poller.close();
  EXPECT_EQ(this->error_of(shell("exit 0")), errc::closed);
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

TYPED_TEST(Processes, GetDescriptorsUnderTheNumbersWanted) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const Fd from(ends[0]);
  Fd to(ends[1]);
  ProcessOptions options = shell("echo through the pipe >&7");
  options.keep_fds = {{to.get(), 7}};
  auto process = this->spawn(options);
  to.reset();
  EXPECT_EQ(read_to_end(from.get()), "through the pipe\n");
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), ExitStatus{});
}

TYPED_TEST(Processes, WantedDescriptorsMaySwapNumbers) {
  std::array<int, 2> one{};
  std::array<int, 2> other{};
  ASSERT_EQ(::pipe(one.data()), 0);
  ASSERT_EQ(::pipe(other.data()), 0);
  const Fd one_from(one[0]);
  Fd one_to(one[1]);
  const Fd other_from(other[0]);
  Fd other_to(other[1]);
  // Each gets the number that the other has here.
  ProcessOptions options = shell("echo one >/dev/fd/" + std::to_string(other_to.get()) +
                                 "; echo other >/dev/fd/" + std::to_string(one_to.get()));
  options.keep_fds = {{one_to.get(), other_to.get()}, {other_to.get(), one_to.get()}};
  auto process = this->spawn(options);
  one_to.reset();
  other_to.reset();
  EXPECT_EQ(read_to_end(one_from.get()), "one\n");
  EXPECT_EQ(read_to_end(other_from.get()), "other\n");
  read_to_end_of(process.console());
  process.wait();
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

TYPED_TEST(Processes, ManyThatAreSpawnedByManyThreads) {
  std::deque<InThread<void>> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 10; ++round) {
        auto process = this->spawn(shell("echo x; exit 2"));
        EXPECT_EQ(read_to_end_of(process.console()), "x\r\n");
        EXPECT_EQ(process.wait(), (ExitStatus{2, 0}));
      }
    });
  }
  for (auto& thread : threads) thread.get();
}

}  // namespace
}  // namespace conq::test
