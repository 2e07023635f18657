// SPDX-License-Identifier: Apache-2.0
// Every allocation fails in turn, until a scenario comes to its end without.

#include <gtest/gtest.h>

#include <iostream>

#include "tests/faults/trial.hpp"

namespace conq::test {
namespace {

class AllocationFails : public testing::TestWithParam<std::tuple<std::size_t, Form>> {
 protected:
  static void TearDownTestSuite() {
    std::cout << trials() << " trials, of " << failed_ << " failing allocations\n";
    // Those of a poller alone; terminals need none.
    EXPECT_GT(failed_, 10);
  }
  static inline long failed_ = 0;
};

TEST_P(AllocationFails, OneAfterTheOther) {
  const auto [index, form] = GetParam();
  const Scenario& scenario = scenarios()[index];
  for (long nth = 1;; ++nth) {
    const std::string description = std::string(scenario.name) + ": allocation number " +
                                    std::to_string(nth) +
                                    (form == Form::throwing ? ", throwing" : "");
    const Trial trial = play(scenario, form, description, [nth] {
      arm({Call::operator_new, 0, nth});
    });
    if (faults_made() == 0) {
      EXPECT_FALSE(trial.error) << description << ": " << trial.error.message();
      failed_ += nth - 1;
      return;
    }
    EXPECT_EQ(trial.error, std::make_error_code(std::errc::not_enough_memory)) << description;
    // std::bad_alloc, which has no text.
    EXPECT_EQ(trial.text, "") << description;
  }
}

INSTANTIATE_TEST_SUITE_P(Library, AllocationFails,
                         testing::Combine(testing::Range<std::size_t>(0, scenarios().size()),
                                          testing::Values(Form::throwing, Form::error_code)),
                         [](const auto& test) {
                           return std::string(scenarios()[std::get<0>(test.param)].name) +
                                  (std::get<1>(test.param) == Form::throwing ? "Throwing"
                                                                             : "ErrorCode");
                         });

}  // namespace
}  // namespace conq::test
