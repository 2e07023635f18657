// SPDX-License-Identifier: Apache-2.0
#include "conq/pty.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

#include "device/pty_posix.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/descriptor_limit.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/read_until.hpp"

namespace conq {
namespace {

using test::bytes;
using test::read_until;

TEST(OpenPty, GivesTwoEndsOfOneTerminal) {
  Pty pty = open_pty();
  EXPECT_TRUE(::isatty(pty.slave.get()));
  pty.master.set_raw();
  pty.master.write(bytes("typed"));
  EXPECT_EQ(read_until(pty.slave.get(), "typed"), "typed");
  ASSERT_EQ(::write(pty.slave.get(), "shown", 5), 5);
  EXPECT_EQ(read_until(pty.master.fd(), "shown"), "shown");
}

TEST(OpenPty, NamesTheSlaveByThePathItHas) {
  const Pty pty = open_pty();
  EXPECT_EQ(pty.master.name(), pty.slave_name);
  struct stat by_name {};
  struct stat by_descriptor {};
  ASSERT_EQ(::stat(pty.slave_name.c_str(), &by_name), 0);
  ASSERT_EQ(::fstat(pty.slave.get(), &by_descriptor), 0);
  EXPECT_EQ(by_name.st_rdev, by_descriptor.st_rdev);
}

TEST(OpenPty, BothEndsAreClosedOnExec) {
  const Pty pty = open_pty();
  EXPECT_TRUE(test::is_close_on_exec(pty.master.fd()));
  EXPECT_TRUE(test::is_close_on_exec(pty.slave.get()));
}

TEST(OpenPty, TheErrorCodeFormClearsAnEarlierError) {
  std::error_code ec = errc::closed;
  const Pty pty = open_pty({24, 80, 0, 0}, ec);
  EXPECT_FALSE(ec);
  EXPECT_EQ(pty.master.size(), (WinSize{24, 80, 0, 0}));
}

TEST(OpenPty, IsNeverTheCallersControllingTerminal) {
  test::in_child([] {
    ASSERT_GE(::setsid(), 0);
    const Pty pty = open_pty();
    EXPECT_LT(::open("/dev/tty", O_RDWR), 0);
    EXPECT_EQ(errno, ENXIO);
  });
}

TEST(OpenPty, DroppingItLeavesNothingOpen) {
  const test::NoDescriptorLeak no_leak;
  for (int i = 0; i < 100; ++i) open_pty();
}

/// Opens a pty with room for `room` more descriptors, fewer than it takes.
void expect_limit_reached(rlim_t room) {
  const test::NoDescriptorLeak no_leak;
  std::error_code ec;
  Pty pty;
  {
    const test::DescriptorLimit limit(room);
    pty = open_pty({}, ec);
  }
  EXPECT_EQ(ec, std::errc::too_many_files_open);
  EXPECT_FALSE(pty.master);
  EXPECT_FALSE(pty.slave);
}

TEST(OpenPty, ReportsTheDescriptorLimitAtTheMaster) {
  test::in_child([] { expect_limit_reached(0); });
}

TEST(OpenPty, ReportsTheDescriptorLimitAtTheSlaveAndClosesTheMaster) {
  test::in_child([] { expect_limit_reached(1); });
}

TEST(OpenPtyFrom, TakesAMasterThatIsOpenAlready) {
  const test::NoDescriptorLeak no_leak;
  std::error_code ec;
  Fd ptmx = detail::posix_open_master(ec);
  ASSERT_FALSE(ec);
  const int number = ptmx.get();
  const Pty pty = open_pty_from(std::move(ptmx), {24, 80, 0, 0});
  EXPECT_EQ(pty.master.fd(), number);
  EXPECT_EQ(pty.master.size(), (WinSize{24, 80, 0, 0}));
  EXPECT_EQ(pty.master.name(), pty.slave_name);
  EXPECT_TRUE(::isatty(pty.slave.get()));
}

TEST(OpenPtyFrom, MakesBothEndsCloseOnExec) {
  std::error_code ec;
  Fd ptmx = detail::posix_open_master(ec);
  ASSERT_EQ(::fcntl(ptmx.get(), F_SETFD, 0), 0);
  const Pty pty = open_pty_from(std::move(ptmx));
  EXPECT_TRUE(test::is_close_on_exec(pty.master.fd()));
  EXPECT_TRUE(test::is_close_on_exec(pty.slave.get()));
}

void expect_no_master(Fd fd) {
  const int number = fd.get();
  std::error_code ec;
  const Pty pty = open_pty_from(std::move(fd), {}, ec);
  EXPECT_EQ(ec, errc::not_a_console);
  EXPECT_FALSE(pty.master);
  EXPECT_FALSE(pty.slave);
  EXPECT_FALSE(test::is_open(number)) << "it was given away";
}

TEST(OpenPtyFrom, RefusesWhatIsNoMaster) {
  expect_no_master(Fd(::open("/dev/null", O_RDWR)));
  expect_no_master(Fd(::open("/", O_RDONLY)));
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  expect_no_master(Fd(ends[0]));
  expect_no_master(Fd(ends[1]));
  const Pty pty = open_pty();
  expect_no_master(Fd(::dup(pty.slave.get())));
}

TEST(OpenPtyFrom, SaysWhichDescriptorItRefused) {
  Fd null(::open("/dev/null", O_RDWR));
  const std::string name = "descriptor " + std::to_string(null.get());
  try {
    open_pty_from(std::move(null));
    FAIL() << "did not throw";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), "open a pty from " + name + ": not a terminal device");
  }
}

TEST(OpenPtyFrom, ReportsADescriptorThatIsNotOpen) {
  std::error_code ec;
  open_pty_from(Fd(), {}, ec);
  EXPECT_EQ(ec, std::errc::bad_file_descriptor);
}

// The part of the other kernels that POSIX defines, and this one knows too.
TEST(PosixPty, OpensASlaveByThePathOfItsMaster) {
  const test::NoDescriptorLeak no_leak;
  std::error_code ec = errc::closed;
  const Fd master = detail::posix_open_master(ec);
  ASSERT_FALSE(ec);
  EXPECT_TRUE(test::is_close_on_exec(master.get()));
  const std::string path = Console::from_fd(Fd(::dup(master.get()))).name();
  const Fd slave = detail::posix_open_slave(master.get(), path, ec);
  ASSERT_FALSE(ec);
  EXPECT_TRUE(test::is_close_on_exec(slave.get()));
  EXPECT_EQ(detail::posix_tty_name(slave.get(), ec), path);
  ASSERT_EQ(::write(slave.get(), "shown", 5), 5);
  EXPECT_EQ(read_until(master.get(), "shown"), "shown");
}

TEST(PosixPty, RefusesWhatIsNoTerminal) {
  const Fd null(::open("/dev/null", O_RDWR));
  std::error_code ec;
  EXPECT_FALSE(detail::posix_open_slave(null.get(), "/dev/null", ec));
  EXPECT_EQ(ec, errc::not_a_console);
  EXPECT_EQ(detail::posix_tty_name(null.get(), ec), "");
  EXPECT_EQ(ec, errc::not_a_console);
}

}  // namespace
}  // namespace conq
