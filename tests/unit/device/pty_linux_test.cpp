// SPDX-License-Identifier: Apache-2.0
// Other devpts instances than ours, the limit of ptys, and kernels without TIOCGPTPEER.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "conq/pty.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/own_mounts_linux.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/refuse_syscall_linux.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq {
namespace {

using test::own_mounts;
using test::read_available;
using test::read_until;

/// Mounts a devpts instance of its own at `where`.
bool mount_devpts(const std::string& where, const std::string& options = "") {
  const std::string all = "newinstance,ptmxmode=0666" + options;
  return ::mount("devpts", where.c_str(), "devpts", 0, all.c_str()) == 0;
}

std::string why_not(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

Fd open_ptmx(const std::string& devpts) {
  return Fd(::open((devpts + "/ptmx").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
}

/// Two instances, both with a pty number 0 of their own: ours at /dev/pts, the other at `foreign`.
void with_two_instances(const std::string& foreign,
                        void (*body)(Pty ours, const std::string& foreign)) {
  if (!own_mounts()) GTEST_SKIP() << why_not("no mounts of our own");
  if (!mount_devpts("/dev/pts") || !mount_devpts(foreign)) GTEST_SKIP() << why_not("no devpts");
  Pty ours = open_pty();
  ASSERT_EQ(ours.slave_name, "/dev/pts/0");
  body(std::move(ours), foreign);
}

TEST(ForeignDevpts, TheSlaveIsThePeerOfItsMasterAndNotOurPtyOfThatNumber) {
  const test::TempDir dir;
  test::in_child([&] {
    with_two_instances(dir.path(), [](Pty ours, const std::string& foreign) {
      Pty theirs = open_pty_from(open_ptmx(foreign), {24, 80, 0, 0});
      EXPECT_EQ(theirs.slave_name, "/dev/pts/0") << "the number is the same, the terminal is not";
      ASSERT_EQ(::write(theirs.slave.get(), "theirs", 6), 6);
      EXPECT_EQ(read_until(theirs.master.fd(), "theirs"), "theirs");
      EXPECT_EQ(read_available(ours.master.fd()), "");
      EXPECT_EQ(ours.master.size(), WinSize{});
      EXPECT_EQ(theirs.master.size(), (WinSize{24, 80, 0, 0}));
    });
  });
}

TEST(ForeignDevpts, WithoutTiocgptpeerItIsRefusedInsteadOfTakingOurPtyOfThatNumber) {
  const test::TempDir dir;
  test::in_child([&] {
    with_two_instances(dir.path(), [](Pty ours, const std::string& foreign) {
      if (!test::refuse_ioctl(TIOCGPTPEER, ENOTTY)) GTEST_SKIP() << why_not("no seccomp");
      const test::NoDescriptorLeak no_leak;
      std::error_code ec;
      const Pty theirs = open_pty_from(open_ptmx(foreign), {24, 80, 0, 0}, ec);
      EXPECT_EQ(ec, std::errc::function_not_supported);
      EXPECT_FALSE(theirs.slave);
      EXPECT_EQ(ours.master.size(), WinSize{});
    });
  });
}

TEST(ForeignDevpts, WithoutTiocgptpeerOurPtyOfThatNumberIsNotOpenedEither) {
  const test::TempDir dir;
  test::in_child([&] {
    if (!own_mounts()) GTEST_SKIP() << why_not("no mounts of our own");
    if (!mount_devpts("/dev/pts") || !mount_devpts(dir.path()))
      GTEST_SKIP() << why_not("no devpts");
    // Its slave was never open: once it was, and is closed again, the master is hung up.
    const Fd ours = open_ptmx("/dev/pts");
    if (!ours) GTEST_SKIP() << why_not("no pty");
    ASSERT_EQ(::unlockpt(ours.get()), 0);
    if (!test::refuse_ioctl(TIOCGPTPEER, ENOTTY)) GTEST_SKIP() << why_not("no seccomp");
    std::error_code ec;
    open_pty_from(open_ptmx(dir.path()), {}, ec);
    EXPECT_EQ(ec, std::errc::function_not_supported);
    pollfd events{ours.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&events, 1, 0), 0) << "its slave was opened";
  });
}

TEST(WithoutTiocgptpeer, OurOwnPtysWorkByPath) {
  test::in_child([] {
    if (!test::refuse_ioctl(TIOCGPTPEER, ENOTTY)) GTEST_SKIP() << why_not("no seccomp");
    const Pty pty = open_pty({24, 80, 0, 0});
    EXPECT_TRUE(test::is_close_on_exec(pty.slave.get()));
    ASSERT_EQ(::write(pty.slave.get(), "shown", 5), 5);
    EXPECT_EQ(read_until(pty.master.fd(), "shown"), "shown");
  });
}

TEST(WithoutTiocgptpeer, AMasterOfOurOwnInstanceWorksByPath) {
  test::in_child([] {
    Fd ptmx = open_ptmx("/dev/pts");
    if (!ptmx) GTEST_SKIP() << why_not("/dev/pts/ptmx may not be opened");
    if (!test::refuse_ioctl(TIOCGPTPEER, EINVAL)) GTEST_SKIP() << why_not("no seccomp");
    const Pty pty = open_pty_from(std::move(ptmx));
    ASSERT_EQ(::write(pty.slave.get(), "shown", 5), 5);
    EXPECT_EQ(read_until(pty.master.fd(), "shown"), "shown");
  });
}

TEST(WithoutTiocgptpeer, OtherErrorsOfTheCallAreReportedAsTheyAre) {
  test::in_child([] {
    if (!test::refuse_ioctl(TIOCGPTPEER, ENODEV)) GTEST_SKIP() << why_not("no seccomp");
    std::error_code ec;
    open_pty({}, ec);
    EXPECT_EQ(ec, std::errc::no_such_device);
  });
}

TEST(PtyLimit, IsReportedAndLeavesNothingOpen) {
  test::in_child([] {
    if (!own_mounts()) GTEST_SKIP() << why_not("no mounts of our own");
    if (!mount_devpts("/dev/pts", ",max=1")) GTEST_SKIP() << why_not("no devpts");
    const Pty only = open_pty();
    const test::NoDescriptorLeak no_leak;
    std::error_code ec;
    const Pty one_too_many = open_pty({}, ec);
    EXPECT_EQ(ec, std::errc::no_space_on_device);
    EXPECT_FALSE(one_too_many.master);
    try {
      open_pty();
      ADD_FAILURE() << "did not throw";
    } catch (const Error& error) {
      EXPECT_EQ(error.what(), "open a pty: " + ec.message());
    }
  });
}

TEST(PtyLimit, ADroppedPtyMakesRoomForAnother) {
  test::in_child([] {
    if (!own_mounts()) GTEST_SKIP() << why_not("no mounts of our own");
    if (!mount_devpts("/dev/pts", ",max=1")) GTEST_SKIP() << why_not("no devpts");
    for (int i = 0; i < 10; ++i) EXPECT_EQ(open_pty().slave_name, "/dev/pts/0");
  });
}

TEST(HungUpConsole, SaysEioByNameOnceWhatWasWrittenIsRead) {
  Pty pty = open_pty();
  ASSERT_EQ(::write(pty.slave.get(), "last", 4), 4);
  pty.slave.reset();
  std::array<std::byte, 16> room{};
  EXPECT_EQ(pty.master.read(room), 4U);
  try {
    pty.master.read(room);
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), std::errc::io_error);
    EXPECT_EQ(error.what(), "read " + pty.slave_name + ": Input/output error");
  }
}

}  // namespace
}  // namespace conq
