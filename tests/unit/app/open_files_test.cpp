// SPDX-License-Identifier: Apache-2.0
#include "open_files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace conq::app {
namespace {

rlim_t soft_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

class OpenFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    const rlimit limit{100, 200};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
};

TEST_F(OpenFiles, LeavesALimitThatIsHighEnough) {
  EXPECT_EQ(allow_open_files(100), std::nullopt);
  EXPECT_EQ(soft_limit(), 100U);
}

TEST_F(OpenFiles, RaisesTheSoftLimitAndTellsWhatItWas) {
  EXPECT_EQ(allow_open_files(150), 100U);
  EXPECT_EQ(soft_limit(), 150U);
}

TEST_F(OpenFiles, GoesNoFurtherThanTheHardLimit) {
  EXPECT_EQ(allow_open_files(1000), 100U);
  EXPECT_EQ(soft_limit(), 200U);
  EXPECT_EQ(allow_open_files(1000), std::nullopt);
}

}  // namespace
}  // namespace conq::app
