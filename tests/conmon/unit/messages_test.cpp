// SPDX-License-Identifier: Apache-2.0
#include "messages.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <string>

#include "conq/fd.hpp"
#include "tests/conmon/unit/said.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/own_mounts_linux.hpp"
#include "tests/support/read_until.hpp"

namespace conq::conmon {
namespace {

void say_all() {
  for (const Level level : {Level::error, Level::warn, Level::info, Level::debug, Level::trace}) {
    say(level, "text");
  }
}

TEST(Messages, HaveTheLettersOfConmons) {
  const Said said(Level::trace);
  say_all();
  EXPECT_EQ(said.text(),
            "[conmon:e]: text\n[conmon:w]: text\n[conmon:i]: text\n[conmon:d]: text\n"
            "[conmon:d]: text\n");
}

TEST(Messages, AreThoseOfTheLevelAndGraver) {
  const Said said(Level::warn);
  say_all();
  EXPECT_EQ(said.text(), "[conmon:e]: text\n[conmon:w]: text\n");
}

TEST(Messages, AreCutWhereAPipeWouldTearThem) {
  const Said said;
  say_error(std::string(100'000, 'x'));
  EXPECT_EQ(said.text().size(), 4096U);
  EXPECT_THAT(said.text(), testing::EndsWith("x\n"));
}

TEST(Messages, DoNotWaitForAStandardErrorThatTakesNothing) {
  test::in_child([] {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const Fd nobody_reads(ends[0]);
    ::dup2(ends[1], STDERR_FILENO);
    for (int i = 0; i < 1000; ++i) say_error(std::string(1000, 'x'));
    ::close(STDERR_FILENO);
    say_error("no standard error at all");
  });
}

TEST(Messages, GoToSyslogToo) {
  test::in_child([] {
    if (!test::own_mounts() || ::mount("none", "/dev", "tmpfs", 0, nullptr) != 0) {
      GTEST_SKIP() << "no mounts of our own here";
    }
    const Fd log(::socket(AF_UNIX, SOCK_DGRAM, 0));
    const sockaddr_un address{AF_UNIX, "/dev/log"};
    ASSERT_EQ(::bind(log.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    set_up_messages(Level::warn, true, "0123456789012345678901234567890123456789");
    say_error("text %s");
    const std::string error = test::read_until(log.get(), "%s");
    EXPECT_THAT(error, testing::StartsWith("<11>"));
    EXPECT_THAT(error, testing::EndsWith(": conmon 01234567890123456789 <error>: text %s"));
    say_warning("more");
    const std::string warning = test::read_until(log.get(), "more");
    EXPECT_THAT(warning, testing::StartsWith("<14>"));
    EXPECT_THAT(warning, testing::EndsWith(": conmon 01234567890123456789 <nwarn>: more"));
    say_debug("not of this level");
    EXPECT_FALSE(test::wait_readable(log.get(), std::chrono::milliseconds(0)));
  });
}

}  // namespace
}  // namespace conq::conmon
