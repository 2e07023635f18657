// SPDX-License-Identifier: Apache-2.0
// Kept descriptors, hosts without standard descriptors, and many threads that spawn at once.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "process/spawn_kernel.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/read_until.hpp"
#include "tests/unit/process/spawned.hpp"

namespace conq {
namespace {

using test::output_of;
using test::shell;

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    read.reset(ends[0]);
    write.reset(ends[1]);
    ::fcntl(read.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(write.get(), F_SETFD, FD_CLOEXEC);
  }
  Fd read;
  Fd write;
};

TEST(SpawnDescriptors, AKeptOneHasItsNumberInTheProgramAlsoIfCloseOnExec) {
  Pipe pipe;
  detail::SpawnRequest request = shell("echo kept >&5");
  request.keep_fds = {{pipe.write.get(), 5}};
  EXPECT_EQ(output_of(request), "");
  pipe.write.reset();
  EXPECT_EQ(test::read_to_end(pipe.read.get()), "kept\n");
}

TEST(SpawnDescriptors, AKeptOneMayHaveTheNumberItHasHere) {
  Pipe pipe;
  const int number = pipe.write.get();
  ASSERT_LE(number, 9) << "sh knows redirections of one digit";
  detail::SpawnRequest request = shell("echo kept >&" + std::to_string(number));
  request.keep_fds = {{number, number}};
  EXPECT_EQ(output_of(request), "");
  EXPECT_TRUE(test::is_close_on_exec(number)) << "ours is as it was";
  pipe.write.reset();
  EXPECT_EQ(test::read_to_end(pipe.read.get()), "kept\n");
}

TEST(SpawnDescriptors, TwoMaySwapTheirNumbers) {
  Pipe first;
  Pipe second;
  const int low = first.write.get();
  const int high = second.write.get();
  ASSERT_LE(high, 9) << "sh knows redirections of one digit";
  detail::SpawnRequest request =
      shell("echo low >&" + std::to_string(low) + "; echo high >&" + std::to_string(high));
  request.keep_fds = {{low, high}, {high, low}};
  EXPECT_EQ(output_of(request), "");
  first.write.reset();
  second.write.reset();
  EXPECT_EQ(test::read_to_end(first.read.get()), "high\n");
  EXPECT_EQ(test::read_to_end(second.read.get()), "low\n");
}

TEST(SpawnDescriptors, OneMayBeKeptUnderTwoNumbers) {
  Pipe pipe;
  detail::SpawnRequest request = shell("echo three >&3; echo nine >&9");
  request.keep_fds = {{pipe.write.get(), 3}, {pipe.write.get(), 9}};
  EXPECT_EQ(output_of(request), "");
  pipe.write.reset();
  EXPECT_EQ(test::read_to_end(pipe.read.get()), "three\nnine\n");
}

TEST(SpawnDescriptors, AHostWithoutStandardDescriptorsCanSpawn) {
  test::in_child([] {
    for (const int fd : {0, 1, 2}) ::close(fd);
    EXPECT_EQ(output_of(shell("echo out; echo err >&2; tty >/dev/null && echo in")),
              "out\nerr\nin\n");
  });
}

TEST(SpawnDescriptors, TheHostsOwnAreAsTheyWere) {
  const test::NoDescriptorLeak no_leak;
  EXPECT_EQ(output_of(shell("echo out")), "out\n");
}

TEST(SpawnDescriptors, TheReportPassesToNothingThatOthersExecute) {
  Fd read;
  Fd write;
  std::error_code ec = errc::closed;
  detail::make_pipe(read, write, ec);
  EXPECT_FALSE(ec);
  EXPECT_TRUE(test::is_close_on_exec(read.get()));
  EXPECT_TRUE(test::is_close_on_exec(write.get()));
}

// museum 16: a descriptor that leaks into another child keeps a pty from hanging up.
TEST(SpawnDescriptors, NoneLeaksBetweenThreadsThatSpawnAtOnce) {
  constexpr std::size_t threads = 6;
  constexpr std::size_t rounds = 25;
  std::atomic<bool> done{false};
  // Inheritable ones come and go meanwhile.
  std::thread litterer([&] {
    while (!done) Fd(::dup(STDERR_FILENO)).reset();
  });
  std::vector<std::vector<std::string>> outputs(threads);
  std::vector<std::thread> spawners;
  spawners.reserve(threads);
  for (std::vector<std::string>& mine : outputs) {
    spawners.emplace_back([&mine] {
      const std::string each =
          "for fd in 3 4 5 6 7 8 9; do (: <&$fd) 2>/dev/null && echo leaked $fd; done; echo clean";
      for (std::size_t round = 0; round < rounds; ++round) mine.push_back(output_of(shell(each)));
    });
  }
  for (std::thread& spawner : spawners) spawner.join();
  done = true;
  litterer.join();
  const std::vector<std::string> clean(rounds, "clean\n");
  for (const std::vector<std::string>& mine : outputs) EXPECT_EQ(mine, clean);
  EXPECT_TRUE(test::has_no_child());
}

TEST(SpawnDescriptors, APtyHangsUpWhileProgramsSpawnedBesideItLiveOn) {
  test::Spawned before(shell("read line"));
  test::Spawned passing(shell("echo passing"));
  test::Spawned after(shell("read line"));
  EXPECT_EQ(passing.output(), "passing\n");
}

}  // namespace
}  // namespace conq
