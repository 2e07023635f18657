// SPDX-License-Identifier: Apache-2.0
// `conq up` that is sent a signal at any moment of its life.
#include <signal.h>  // NOLINT(modernize-deprecated-headers)

#include "tests/cli/kill_rounds_linux.hpp"
#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

using ::testing::AnyOf;
using ::testing::IsEmpty;

class UpKilled : public Up {
 protected:
  UpKilled() {
    procfile(
        "plain: sleep 1000\n"
        // As servers that read their configuration anew at SIGHUP: the hangup does not end it.
        "server: trap '' HUP; exec sleep 1000\n"
        // Each shell is replaced in the end: dash blocks signals while it starts a program, so one
        // that it starts in the very moment of a SIGKILL may be left.
        "family: sleep 1000 & exec sh -c 'sleep 1000 & echo one; exec sleep 1000'\n"
        "first: sleep 0.01; exit 3\n");
    life_ = measure(start_);
  }

  // Short, as a shell may be in the middle of starting a program when SIGTERM comes.
  Start start_ = in_terminal({"--timeout", "0.2"});
  Life life_;
};
class UpKill : public UpKilled, public ::testing::WithParamInterface<int> {};

TEST_P(UpKill, LeavesTheTerminalAsItWasAndNobodyBehind) {
  const int signal = GetParam();
  each_round([&](Random& random) {
    const Remains remains = signal_at_random(random, start_, life_, signal);
    EXPECT_THAT(remains.left, IsEmpty()) << remains.shown;
    EXPECT_TRUE(remains.settings_are_back) << "never changed";
    if (signal == SIGKILL) {
      EXPECT_THAT(remains.status, AnyOf(3, 1000 + signal)) << remains.shown;
    } else {
      EXPECT_THAT(remains.status, AnyOf(3, 128 + signal, 1000 + signal)) << remains.shown;
    }
  });
}

TEST_F(UpKilled, ByTheEndOfItsTerminalLeavesNobodyBehind) {
  each_round([&](Random& random) {
    const Remains remains =
        strike_at_random(random, start_, life_, [](Tool& tool) { tool.terminal().master.close(); });
    EXPECT_THAT(remains.left, IsEmpty());
    EXPECT_THAT(remains.status, AnyOf(3, 128 + SIGHUP, 1000 + SIGHUP));
  });
}

INSTANTIATE_TEST_SUITE_P(Each, UpKill, ::testing::Values(SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGKILL),
                         [](const auto& one) { return "Signal" + std::to_string(one.param); });

}  // namespace
}  // namespace conq::test
