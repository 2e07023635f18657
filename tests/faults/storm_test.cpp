// SPDX-License-Identifier: Apache-2.0
// A life of signals and small portions: nothing fails, nothing is lost, in all scenarios.

#include <gtest/gtest.h>

#include "tests/faults/trial.hpp"

namespace conq::test {
namespace {

class Storm : public testing::TestWithParam<std::size_t> {};

TEST_P(Storm, LosesNothing) {
  const Scenario& scenario = scenarios()[GetParam()];
  long disturbed = 0;
  // Which call meets which disturbance differs from one time to the next.
  for (int time = 0; time < 5; ++time) {
    for (const Form form : {Form::throwing, Form::error_code}) {
      const Trial trial =
          play(scenario, form, std::string(scenario.name) + " in a storm", [] { arm_storm(); });
      EXPECT_FALSE(trial.error) << scenario.name << ": " << trial.error.message() << trial.text;
      disturbed += calls_disturbed();
    }
  }
  EXPECT_GT(disturbed, 0);
}

INSTANTIATE_TEST_SUITE_P(Library, Storm, testing::Range<std::size_t>(0, scenarios().size()),
                         [](const auto& test) {
                           return std::string(scenarios()[test.param].name);
                         });

}  // namespace
}  // namespace conq::test
