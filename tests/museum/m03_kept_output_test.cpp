// SPDX-License-Identifier: Apache-2.0
// Output thrown away by the kernel when the last slave closes: XNU, or a revoke at the session
// leader's exit (pexpect 662, pty4j 94, vite-task 164, bun 33165).
//
// Caught on such kernels: a process whose spawner keeps no slave open until it is drained. On all:
// one kept open for good, so that the end never comes.
#include "tests/museum/museum_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum03 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum03, Backends, BackendNames);

TYPED_TEST(Museum03, TheOutputIsReadLongAfterTheProcessIsDoneAndThenTheEndComes) {
  // Less than any kernel keeps, so that the process can exit before anybody reads.
  auto process = TestFixture::Process::spawn(this->poller, shell("printf '%0500d' 1"));
  const auto reaped = [&] {
    std::error_code ec;
    process.kill(0, ec);
    return ec == std::errc::no_such_process;
  };
  if (!kernel_traits().exit_waits_for_terminal) {
    ASSERT_TRUE(this->serve_until(reaped));
  }
  for (int round = 0; round < 10; ++round) this->serve_past_an_event();
  EXPECT_EQ(read_to_end_of(process.console()), std::string(499, '0') + "1");
  EXPECT_EQ(process.wait(), ExitStatus{});
}

}  // namespace
}  // namespace conq::test
