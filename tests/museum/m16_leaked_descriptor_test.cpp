// SPDX-License-Identifier: Apache-2.0
// A descriptor leaked into a child keeps a pty from hanging up (many).
//
// Caught: descriptors made without close-on-exec, or marked so only later, while another thread
// forks; a spawn that leaves the child what the host itself had left open.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <deque>
#include <vector>

#include "tests/museum/museum_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum16 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum16, Backends, BackendNames);

TYPED_TEST(Museum16, OnlyTheWantedDescriptorsAreOpenInTheChild) {
  // Of a host that is careless: without close-on-exec.
  std::array<int, 2> careless{};
  ASSERT_EQ(::pipe(careless.data()), 0);
  const Fd one(careless[0]);
  const Fd other(::fcntl(careless[1], F_DUPFD, 100));
  const Fd third(careless[1]);
  auto terminal = this->add_terminal();
  std::error_code not_nestable;
  this->poller.native_handle(not_nestable);
  // The shell itself tries each number: a list of /dev/fd would be of another process.
  ProcessOptions options = shell(
      "n=0; while [ $n -lt 130 ]; do "
      "if (eval \": <&$n\") 2>/dev/null; then echo $n; fi; n=$((n+1)); done");
  options.keep_fds = {{third.get(), 9}};
  auto process = TestFixture::Process::spawn(this->poller, options);
  EXPECT_EQ(read_to_end_of(process.console()), "0\r\n1\r\n2\r\n9\r\n");
  process.wait();
}

TYPED_TEST(Museum16, APtyHangsUpThoughProcessesOfOthersWereStartedMeanwhile) {
  // Those live on; one that had got a copy of the slave would keep it from hanging up.
  auto terminal = this->add_terminal(Hangup::end);
  std::deque<typename TestFixture::Process> others;
  for (int i = 0; i < 3; ++i) {
    others.push_back(TestFixture::Process::spawn(this->poller, shell("read line")));
  }
  terminal.hang_up();
  EXPECT_EQ(read_to_end_of(terminal.console), "");
  for (auto& other : others) {
    other.console().write(bytes("\n"));
    read_to_end_of(other.console());
    other.wait();
  }
}

TYPED_TEST(Museum16, ItHangsUpWhoeverForksAtTheSameTime) {
  std::atomic<bool> enough = false;
  // A host whose other threads start programs in their own way; these live on and on.
  InThread forking([&] {
    std::vector<std::FILE*> running;
    while (!enough && running.size() < 30) {
      running.push_back(::popen("exec cat", "w"));
      EXPECT_NE(running.back(), nullptr);
    }
    // What they got by mistake is open until here.
    EXPECT_TRUE(eventually([&] { return enough.load(); }));
    for (std::FILE* const program : running) ::pclose(program);
  });
  std::deque<InThread<void>> spawning;
  for (int i = 0; i < 2; ++i) {
    spawning.emplace_back([&] {
      for (int round = 0; round < 15; ++round) {
        auto process = TestFixture::Process::spawn(this->poller, shell("echo x"));
        ASSERT_EQ(read_to_end_of(process.console()), "x\r\n");
        process.wait();
        auto terminal = this->add_terminal(Hangup::end);
        terminal.hang_up();
        ASSERT_EQ(read_to_end_of(terminal.console), "");
      }
    });
  }
  for (auto& thread : spawning) thread.get();
  enough = true;
  forking.get();
}

}  // namespace
}  // namespace conq::test
