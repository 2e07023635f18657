// SPDX-License-Identifier: Apache-2.0
// Console::current, in children whose standard descriptors are the test's own.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "conq/pty.hpp"
#include "tests/support/descriptor_limit.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/in_child.hpp"

namespace conq {
namespace {

/// Makes `fds` the standard descriptors; -1 becomes /dev/null.
void standard(int in, int out, int err) {
  const Fd null(::open("/dev/null", O_RDWR));
  const int wanted[] = {in, out, err};
  for (int fd = 0; fd < 3; ++fd) {
    ASSERT_EQ(::dup2(wanted[fd] < 0 ? null.get() : wanted[fd], fd), fd);
  }
}

TEST(CurrentConsole, IsThatOfStderrBeforeTheOthers) {
  test::in_child([] {
    const Pty in = open_pty();
    const Pty out = open_pty();
    const Pty err = open_pty();
    standard(in.slave.get(), out.slave.get(), err.slave.get());
    EXPECT_EQ(Console::current().name(), err.slave_name);
    standard(in.slave.get(), out.slave.get(), -1);
    EXPECT_EQ(Console::current().name(), out.slave_name);
    standard(in.slave.get(), -1, -1);
    std::error_code ec = errc::closed;
    EXPECT_EQ(Console::current(ec).name(), in.slave_name);
    EXPECT_FALSE(ec);
  });
}

TEST(CurrentConsole, IsFoundWhenStandardDescriptorsAreClosed) {
  test::in_child([] {
    Pty pty = open_pty();
    ASSERT_EQ(::dup2(pty.slave.get(), 0), 0);
    ::close(1);
    ::close(2);
    const Console console = Console::current();
    EXPECT_EQ(console.name(), pty.slave_name);
    EXPECT_GT(console.fd(), 2) << "a standard descriptor must not be taken by chance";
  });
}

TEST(CurrentConsole, IsADuplicateWhoseCloseLeavesTheOriginalOpen) {
  test::in_child([] {
    const Pty pty = open_pty({24, 80, 0, 0});
    standard(-1, -1, pty.slave.get());
    const test::NoDescriptorLeak no_leak;
    Console console = Console::current();
    EXPECT_NE(console.fd(), 2);
    EXPECT_TRUE(test::is_close_on_exec(console.fd()));
    EXPECT_EQ(console.size(), (WinSize{24, 80, 0, 0}));
    console.close();
    EXPECT_TRUE(::isatty(2));
  });
}

TEST(CurrentConsole, IsNoneWithoutATerminal) {
  test::in_child([] {
    standard(-1, -1, -1);
    std::error_code ec;
    EXPECT_FALSE(Console::current(ec));
    EXPECT_EQ(ec, errc::not_a_console);
    try {
      Console::current();
      ADD_FAILURE() << "did not throw";
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "open the current console: not a terminal device");
    }
  });
}

TEST(CurrentConsole, ReportsTheDescriptorLimit) {
  test::in_child([] {
    const Pty pty = open_pty();
    standard(-1, -1, pty.slave.get());
    const test::NoDescriptorLeak no_leak;
    std::error_code ec;
    Console console;
    {
      const test::DescriptorLimit none(0);
      console = Console::current(ec);
    }
    EXPECT_FALSE(console);
    EXPECT_EQ(ec, std::errc::too_many_files_open);
  });
}

TEST(CurrentConsole, IsNamedAfterTheDeviceBehindDevTty) {
  test::in_child([] {
    ASSERT_GE(::setsid(), 0);
    const Pty pty = open_pty();
    ASSERT_EQ(::ioctl(pty.slave.get(), TIOCSCTTY, 0), 0);
    const Fd alias(::open("/dev/tty", O_RDWR));
    ASSERT_TRUE(alias);
    standard(-1, -1, alias.get());
    EXPECT_EQ(Console::current().name(), pty.slave_name);
  });
}

}  // namespace
}  // namespace conq
