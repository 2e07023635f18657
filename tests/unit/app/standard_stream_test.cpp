// SPDX-License-Identifier: Apache-2.0
#include "standard_stream.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "read_file.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/poller_descriptors.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::app {
namespace {

using Direction = StandardStream::Direction;
using test::bytes;

bool blocks(const Fd& fd) { return (::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) == 0; }

std::pair<Fd, Fd> make_pipe() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  return {Fd(ends[0]), Fd(ends[1])};
}

TEST(StandardStream, LeavesATerminalBlockingForAllWhoShareIt) {
  const Pty pty = open_pty();
  const test::NoPollerDescriptorLeak<Poller> no_leak;
  Poller poller;
  StandardStream stream(pty.slave.get(), Direction::out);
  EXPECT_TRUE(stream.is_terminal());
  Channel channel = stream.add_to(poller);
  EXPECT_TRUE(blocks(pty.slave));
  channel.write(bytes("seen"));
  EXPECT_EQ(test::read_until(pty.master.fd(), "seen"), "seen");
}

TEST(StandardStream, ReadsFromATerminal) {
  const Pty pty = open_pty();
  Poller poller;
  StandardStream stream(pty.slave.get(), Direction::in);
  Channel channel = stream.add_to(poller);
  ASSERT_EQ(::write(pty.master.fd(), "typed\n", 6), 6);
  std::array<std::byte, 16> room{};
  EXPECT_EQ(channel.read(room), 6U);
}

TEST(StandardStream, PutsTheFlagsOfAPipeBack) {
  const auto [read_end, write_end] = make_pipe();
  const test::NoPollerDescriptorLeak<Poller> no_leak;
  {
    Poller poller;
    StandardStream out(write_end.get(), Direction::out);
    StandardStream in(read_end.get(), Direction::in);
    EXPECT_FALSE(out.is_terminal());
    Channel writer = out.add_to(poller);
    Channel reader = in.add_to(poller);
    writer.write(bytes("through"));
    std::array<std::byte, 16> room{};
    EXPECT_EQ(reader.read(room), 7U);
  }
  EXPECT_TRUE(blocks(read_end));
  EXPECT_TRUE(blocks(write_end));
}

TEST(StandardStream, PutsTheFlagsOfASocketBack) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  const Fd ours(ends[0]);
  const Fd peer(ends[1]);
  {
    Poller poller;
    // One socket as both, as network daemons get it.
    StandardStream in(ours.get(), Direction::in);
    StandardStream out(ours.get(), Direction::out);
    Channel reader = in.add_to(poller);
    Channel writer = out.add_to(poller);
    writer.write(bytes("x"));
    EXPECT_EQ(test::read_until(peer.get(), "x"), "x");
  }
  EXPECT_TRUE(blocks(ours));
}

TEST(StandardStream, LeavesADescriptorThatIsNonBlockingSo) {
  const auto [read_end, write_end] = make_pipe();
  ::fcntl(write_end.get(), F_SETFL, O_NONBLOCK);
  {
    Poller poller;
    StandardStream out(write_end.get(), Direction::out);
    Channel writer = out.add_to(poller);
    writer.write(bytes("x"));
  }
  EXPECT_FALSE(blocks(write_end));
  EXPECT_EQ(test::read_until(read_end.get(), "x"), "x");
}

TEST(StandardStream, WritesToAFileWhereOthersStoppedAndGoOn) {
  const test::TempDir dir;
  const std::string path = dir.file("out", "");
  const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  ASSERT_EQ(::write(file.get(), "before ", 7), 7);
  {
    Poller poller;
    StandardStream out(file.get(), Direction::out);
    Channel writer = out.add_to(poller);
    writer.write(bytes("conq "));
  }
  ASSERT_EQ(::write(file.get(), "after", 5), 5);
  EXPECT_EQ(read_file(path), "before conq after");
}

TEST(StandardStream, ReadsTheEndOfDevNull) {
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  Poller poller;
  StandardStream in(null.get(), Direction::in);
  Channel reader = in.add_to(poller);
  std::array<std::byte, 16> room{};
  EXPECT_EQ(reader.read(room), 0U);
}

TEST(StandardStreams, AreOpenedWhereTheyAreClosed) {
  test::in_child([] {
    ::close(STDIN_FILENO);
    ::close(STDOUT_FILENO);
    open_closed_standard_streams();
    struct stat null {};
    struct stat input {};
    ASSERT_EQ(::stat("/dev/null", &null), 0);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO}) {
      ASSERT_EQ(::fstat(fd, &input), 0) << fd;
      EXPECT_EQ(input.st_rdev, null.st_rdev) << fd;
    }
    const Fd next(::open("/dev/null", O_RDONLY));
    EXPECT_GT(next.get(), STDERR_FILENO);
  });
}

TEST(StandardStreams, StayAsTheyAreWhereTheyAreOpen) {
  const test::NoDescriptorLeak no_leak;
  open_closed_standard_streams();
}

}  // namespace
}  // namespace conq::app
