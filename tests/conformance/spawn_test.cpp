// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <deque>

#include "tests/conformance/process_fixture.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

template <class On>
class Spawn : public ProcessTest<On> {};
TYPED_TEST_SUITE(Spawn, Backends, BackendNames);

TYPED_TEST(Spawn, IsLeaderOfASessionAndGroupOfItsOwn) {
  auto process = this->spawn(shell("echo ready; read line"));
  read_exactly(process.console(), 5);
  EXPECT_EQ(::getsid(process.pid()), process.pid());
  EXPECT_EQ(::getpgid(process.pid()), process.pid());
  process.kill(SIGKILL);
  read_to_end_of(process.console());
  process.wait();
}

TYPED_TEST(Spawn, ThePtyIsItsControllingTerminalAndItsStdinStdoutAndStderr) {
  EXPECT_EQ(this->output_of(shell("test -t 0 && test -t 1 && test -t 2 && echo all >/dev/tty")),
            "all\n");
}

TYPED_TEST(Spawn, AKeyAtItsTerminalInterruptsIt) {
  auto process = this->spawn(shell("trap 'exit 42' INT; echo ready; while :; do read line; done"));
  std::string said;
  while (said.find("ready") == std::string::npos) said += read_text(process.console());
  process.console().write(bytes("\x03"));
  read_to_end_of(process.console());
  EXPECT_EQ(process.wait(), (ExitStatus{42, 0}));
}

TYPED_TEST(Spawn, EverySignalIsAtItsDefaultAndUnblocked) {
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

TYPED_TEST(Spawn, TheWindowsSizeIsSetBeforeItStarts) {
  ProcessOptions options = shell("stty size");
  options.size = {33, 101, 0, 0};
  EXPECT_EQ(this->output_of(options), "33 101\n");
}

TYPED_TEST(Spawn, TheTerminalsSettingsAreSetBeforeItStarts) {
  ProcessOptions options = shell(
      "stty -a | grep -q ' erase = ^H;' && stty -a | grep -q ' -echo ' && echo set; read line");
  const Pty another = open_pty();
  termios settings{};
  ASSERT_EQ(::tcgetattr(another.slave.get(), &settings), 0);
  settings.c_cc[VERASE] = 0x08;
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  options.settings = settings;
  auto process = this->spawn(options);
  EXPECT_EQ(read_exactly(process.console(), 5), "set\r\n");

  process.console().set_raw();
  process.console().reset();
  ASSERT_EQ(::tcgetattr(process.console().fd(), &settings), 0);
  EXPECT_EQ(settings.c_cc[VERASE], 0x08) << "reset() comes back to them";
  EXPECT_EQ(settings.c_lflag & ECHO, 0U);
  process.kill(SIGKILL);
  read_to_end_of(process.console());
  process.wait();
}

TYPED_TEST(Spawn, TheEnvironmentIsTheOneGiven) {
  ProcessOptions options = shell("echo \"$COLOUR-$HOME\"");
  options.environment = {{"COLOUR=green"}};
  EXPECT_EQ(this->output_of(options), "green-\n");
}

TYPED_TEST(Spawn, TheEnvironmentIsTheCallersByDefault) {
  ASSERT_EQ(::setenv("CONQ_TEST_COLOUR", "blue", 1), 0);
  EXPECT_EQ(this->output_of(shell("echo $CONQ_TEST_COLOUR")), "blue\n");
  ::unsetenv("CONQ_TEST_COLOUR");
}

TYPED_TEST(Spawn, TheWorkingDirectoryIsTheOneGiven) {
  const TempDir dir;
  ProcessOptions options = shell("pwd -P");
  options.directory = dir.path();
  EXPECT_EQ(this->output_of(options), dir.path().string() + "\n");
}

TYPED_TEST(Spawn, ANameWithoutASlashIsLookedUpInThePathOfTheProcess) {
  const TempDir dir;
  dir.file("greet", "#!/bin/sh\necho hello from the path\n", std::filesystem::perms::owner_all);
  ProcessOptions options = program({"greet"});
  options.environment = {{"PATH=/nowhere:" + dir.path().string()}};
  EXPECT_EQ(this->output_of(options), "hello from the path\n");
  EXPECT_EQ(this->error_of(program({"greet"})), std::errc::no_such_file_or_directory);
}

TYPED_TEST(Spawn, AProgramThatIsNotThereIsReportedHere) {
  EXPECT_EQ(this->error_of(program({"/no/such/program"})), std::errc::no_such_file_or_directory);
  EXPECT_EQ(this->error_of(program({"no-such-program"})), std::errc::no_such_file_or_directory);
  EXPECT_EQ(text_of_error([&] { this->spawn(program({"no-such-program"})); }),
            "exec no-such-program: " +
                std::make_error_code(std::errc::no_such_file_or_directory).message());
}

TYPED_TEST(Spawn, AProgramThatIsNotExecutableIsReportedHere) {
  const TempDir dir;
  const std::string file = dir.file("plain", "text");
  EXPECT_EQ(this->error_of(program({file})), std::errc::permission_denied);
  EXPECT_EQ(this->error_of(program({"/"})), std::errc::permission_denied);
}

TYPED_TEST(Spawn, NoProgramAtAllIsReportedHere) {
  EXPECT_TRUE(this->error_of(ProcessOptions{}));
  EXPECT_TRUE(this->error_of(program({""})));
}

TYPED_TEST(Spawn, ADirectoryThatIsNotThereIsReportedHere) {
  ProcessOptions options = shell("exit 0");
  options.directory = "/no/such/directory";
  EXPECT_EQ(this->error_of(options), std::errc::no_such_file_or_directory);
  const std::string text = text_of_error([&] { this->spawn(options); });
  EXPECT_NE(text.find("/no/such/directory"), std::string::npos) << text;
}

TYPED_TEST(Spawn, OnAClosedPollerReportsClosed) {
  this->poller.close();
  EXPECT_EQ(this->error_of(shell("exit 0")), errc::closed);
}

TYPED_TEST(Spawn, GetDescriptorsUnderTheNumbersWanted) {
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

TYPED_TEST(Spawn, WantedDescriptorsMaySwapNumbers) {
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

TYPED_TEST(Spawn, ManyThatAreSpawnedByManyThreads) {
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
