// SPDX-License-Identifier: Apache-2.0
// A slave that is given up at the start: the program has its terminal to itself from then on.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "tests/support/in_child.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/thread_state.hpp"
#include "tests/unit/process/spawned.hpp"

namespace conq {
namespace {

using test::shell;

/// The host between its fork and the rest of spawn(). A handler of a fork has no argument.
struct Moment {
  std::array<int, 2> child_tells{-1, -1};
  int master = -1;
  bool at_rest = false;
  bool started = false;
};
Moment moment;

void tell_host() {
  const test::KernelThread me = ::getpid();
  [[maybe_unused]] const ssize_t written = ::write(moment.child_tells[1], &me, sizeof me);
}

/// The program would come to rest, too, if it were not held back: it waits for a line.
void wait_for_child() {
  test::KernelThread child = 0;
  if (::read(moment.child_tells[0], &child, sizeof child) != sizeof child) return;
  moment.at_rest = test::wait_until_asleep(child);
  moment.started = test::wait_readable(moment.master, std::chrono::milliseconds(0));
}

detail::SpawnRequest releasing(Pty& pty, const std::string& script) {
  pty.master.set_raw();
  detail::SpawnRequest request = shell(script);
  request.slave_fd = pty.slave.get();
  request.released_slave = &pty.slave;
  return request;
}

TEST(SpawnRelease, TheProgramIsHeldBackUntilTheSlaveIsClosed) {
  test::in_child([] {
    Pty pty = open_pty();
    ASSERT_EQ(::pipe(moment.child_tells.data()), 0);
    moment.master = pty.master.fd();
    ASSERT_EQ(::pthread_atfork(nullptr, wait_for_child, tell_host), 0);
    std::error_code ec;
    std::string failed_call;
    detail::spawn(releasing(pty, "echo started; read line"), ec, failed_call);
    ASSERT_FALSE(ec) << failed_call << ": " << ec.message();
    if (!moment.at_rest) GTEST_SKIP() << "this kernel does not tell of a process at rest";
    EXPECT_FALSE(moment.started);
    EXPECT_EQ(test::read_until(pty.master.fd(), "started\n"), "started\n");
  });
}

TEST(SpawnRelease, TheTerminalHangsUpAsSoonAsTheProgramIsGone) {
  Pty pty = open_pty();
  std::error_code ec;
  std::string failed_call;
  const pid_t pid = detail::spawn(releasing(pty, "echo out"), ec, failed_call);
  ASSERT_FALSE(ec) << failed_call << ": " << ec.message();
  ASSERT_FALSE(pty.slave);
  EXPECT_EQ(test::read_to_end(pty.master.fd()), "out\n");
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST(SpawnRelease, AProgramThatCannotBeStartedIsReportedAllTheSame) {
  Pty pty = open_pty();
  detail::SpawnRequest request = releasing(pty, "true");
  request.directory = "/no/such/folder";
  std::error_code ec;
  std::string failed_call;
  EXPECT_EQ(detail::spawn(request, ec, failed_call), -1);
  EXPECT_EQ(ec, std::errc::no_such_file_or_directory);
  EXPECT_EQ(failed_call, "chdir /no/such/folder");
  EXPECT_TRUE(test::has_no_child());
}

TEST(SpawnRelease, WithoutRoomForItsPipeTheDescriptorLimitIsReported) {
  test::in_child([] {
    Pty pty = open_pty();
    const detail::SpawnRequest request = releasing(pty, "true");
    test::expect_no_room_for_pipe(request, 3);
    EXPECT_TRUE(pty.slave);
  });
}

}  // namespace
}  // namespace conq
