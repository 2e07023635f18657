// SPDX-License-Identifier: Apache-2.0
// `conq run --record` that is sent a signal at any moment of its life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)

#include <array>
#include <filesystem>
#include <functional>

#include "tests/cli/cast.hpp"
#include "tests/cli/kill_rounds_linux.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

using ::testing::AnyOf;
using ::testing::IsEmpty;

constexpr int of_the_command = 3;
constexpr int killed_by = 1000;

/// Commands that end soon by themselves; some leave others in their terminal, which its hangup
/// ends.
constexpr std::array<const char*, 3> scripts{
    "printf 'one\\ntwo\\n'; exit 3",
    "sleep 1000 & echo one; sleep 0.01; echo two; exit 3",
    "sh -c 'sleep 1000 & echo one; sleep 0.01'; echo two; exit 3",
};

class RunKilled : public ::testing::Test {
 protected:
  RunKilled() {
    for (std::size_t i = 0; i < scripts.size(); ++i) lives_.at(i) = measure(start(scripts.at(i)));
  }

  Start start(const char* script) const {
    return {.arguments = {"run", "--record", path_, "--overwrite", "--", "sh", "-c", script}};
  }
  Remains strike(Random& random, const std::function<void(Tool&)>& how) const {
    std::filesystem::remove(path_);
    const std::size_t script = random() % scripts.size();
    return strike_at_random(random, start(scripts.at(script)), lives_.at(script), how);
  }
  /// Up to wherever it was cut, and that only by what leaves no time.
  void check_recording(bool may_be_cut) const {
    const Cast cast = parse_cast(path_);
    EXPECT_TRUE(may_be_cut || !cast.is_cut) << text_of(path_);
    EXPECT_EQ(std::string("one\r\ntwo\r\n").find(cast.output), 0U) << cast.output;
  }

  TempDir dir_;
  std::string path_ = dir_ / "session.cast";
  std::array<Life, scripts.size()> lives_;
};

class RunKill : public RunKilled, public ::testing::WithParamInterface<int> {};

TEST_P(RunKill, LeavesTheTerminalAsItWasAndNobodyBehind) {
  const int signal = GetParam();
  each_round([&](Random& random) {
    const Remains remains = strike(random, [signal](Tool& tool) { tool.signal(signal); });
    EXPECT_THAT(remains.left, IsEmpty());
    if (signal == SIGKILL) {
      EXPECT_THAT(remains.status, AnyOf(of_the_command, killed_by + signal));
    } else {
      // Killed by it until there is something to be put in order.
      EXPECT_THAT(remains.status, AnyOf(of_the_command, 128 + signal, killed_by + signal));
      EXPECT_TRUE(remains.settings_are_back);
    }
    check_recording(signal == SIGKILL);
  });
}

TEST_F(RunKilled, ByTheEndOfItsTerminalLeavesNobodyBehind) {
  each_round([&](Random& random) {
    const Remains remains = strike(random, [](Tool& tool) { tool.terminal().master.close(); });
    EXPECT_THAT(remains.left, IsEmpty());
    EXPECT_THAT(remains.status, AnyOf(of_the_command, 128 + SIGHUP, killed_by + SIGHUP));
    check_recording(false);
  });
}

INSTANTIATE_TEST_SUITE_P(Each, RunKill,
                         ::testing::Values(SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGKILL),
                         [](const auto& one) { return "Signal" + std::to_string(one.param); });

}  // namespace
}  // namespace conq::test
