// SPDX-License-Identifier: Apache-2.0
// What /proc tells of a spawned program, and kernels that lack a call.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/descriptor_limit.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/own_mounts_linux.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/refuse_syscall_linux.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/unit/process/spawned.hpp"

namespace conq {
namespace {

using test::output_of;
using test::program;
using test::shell;

std::string why_not(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

TEST(SpawnOnLinux, EverySignalIsAtItsDefaultAndUnblocked) {
  test::in_child([] {
    for (int signal = 1; signal <= SIGRTMAX; ++signal) ::signal(signal, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    ASSERT_EQ(::sigprocmask(SIG_SETMASK, &all, nullptr), 0);
    const std::string none = "0000000000000000\n";
    EXPECT_EQ(output_of(program({"/bin/grep", "-hE", "^Sig(Blk|Ign)", "/proc/self/status"})),
              "SigBlk:\t" + none + "SigIgn:\t" + none);
  });
}

/// Opens descriptors that every child would inherit: next to the standard ones, and far off.
void litter() {
  for (const int fd : {3, 4, 5, 6, 7, 8, 9, 64, 150, 1000}) {
    if (::fcntl(fd, F_GETFD) < 0) {
      ASSERT_EQ(::dup2(STDERR_FILENO, fd), fd);
    }
  }
}

// ls itself has the listed folder open, as the lowest free number.
const std::string list = "ls -C -w 0 /proc/$$/fd";
const std::string standard = "0  1  2\n";

TEST(SpawnOnLinux, TheProgramHasTheStandardDescriptorsAlone) {
  test::in_child([] {
    litter();
    EXPECT_EQ(output_of(shell(list)), standard);
  });
}

TEST(SpawnOnLinux, TheProgramHasTheKeptDescriptorsToo) {
  test::in_child([] {
    litter();
    detail::SpawnRequest request = shell(list);
    request.keep_fds = {{STDERR_FILENO, 9}, {64, 64}, {3, 5}};
    EXPECT_EQ(output_of(request), "0  1  2  5  64  9\n");
  });
}

TEST(SpawnOnLinux, WithoutCloseRangeTheProgramHasTheStandardDescriptorsAlone) {
  test::in_child([] {
    if (!test::refuse_syscall(SYS_close_range, ENOSYS)) GTEST_SKIP() << why_not("no seccomp");
    litter();
    EXPECT_EQ(output_of(shell(list)), standard);
  });
}

TEST(SpawnOnLinux, WithoutCloseRangeAndProcTheProgramHasTheStandardDescriptorsAlone) {
  test::in_child([] {
    if (!test::own_mounts()) GTEST_SKIP() << why_not("no mounts of our own");
    if (::umount2("/proc", MNT_DETACH) != 0) GTEST_SKIP() << why_not("/proc stays");
    if (!test::refuse_syscall(SYS_close_range, ENOSYS)) GTEST_SKIP() << why_not("no seccomp");
    litter();
    const std::string each = "for fd in 3 4 5 6 7 8 9; do (: <&$fd) 2>/dev/null && echo $fd; done";
    EXPECT_EQ(output_of(shell(each + "; echo all")), "all\n");
  });
}

/// Spawns with the table of descriptors full but for the two ends of the pipe.
void spawn_at_the_limit() {
  std::vector<Fd> others(50);
  for (Fd& other : others) other.reset(::dup(STDERR_FILENO));
  Pty pty = open_pty();
  pty.master.set_raw();
  detail::SpawnRequest request = shell(list);
  request.slave_fd = pty.slave.get();
  request.keep_fds = {{STDERR_FILENO, 3}, {STDERR_FILENO, 4}};
  std::error_code ec;
  std::string failed_call;
  pid_t pid = -1;
  {
    const test::DescriptorLimit limit(2);
    pid = detail::spawn(request, ec, failed_call);
  }
  ASSERT_FALSE(ec) << failed_call << ": " << ec.message();
  pty.slave.reset();
  EXPECT_EQ(test::read_to_end(pty.master.fd()), "0  1  2  3  4\n");
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST(SpawnOnLinux, WorksAtTheDescriptorLimit) { test::in_child(spawn_at_the_limit); }

TEST(SpawnOnLinux, WorksAtTheDescriptorLimitWithoutCloseRange) {
  test::in_child([] {
    if (!test::refuse_syscall(SYS_close_range, ENOSYS)) GTEST_SKIP() << why_not("no seccomp");
    spawn_at_the_limit();
  });
}

TEST(SpawnOnLinux, AProgramThatIsBeingWrittenIsEtxtbsy) {
  const test::TempDir dir;
  std::filesystem::copy_file("/bin/true", dir / "busy");
  const Fd writer(::open((dir / "busy").c_str(), O_RDWR | O_CLOEXEC));
  EXPECT_EQ(test::refusal_of(program({dir / "busy"})).error, std::errc::text_file_busy);
}

}  // namespace
}  // namespace conq
