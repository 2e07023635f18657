// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace conq::app {
namespace {

using ::testing::ElementsAre;

TEST(Environment, ListsItsVariables) {
  Environment environment;
  environment.set("B", "2");
  environment.set("A", "a=b");
  environment.set("B", "3");
  EXPECT_THAT(environment.list(), ElementsAre("A=a=b", "B=3"));
  EXPECT_EQ(environment.get("B"), "3");
  EXPECT_EQ(environment.get("C"), std::nullopt);
}

TEST(Environment, HoldsThatOfThisProcess) {
  ::setenv("CONQ_TEST_VARIABLE", "x y", 1);
  EXPECT_EQ(Environment::of_this_process().get("CONQ_TEST_VARIABLE"), "x y");
}

TEST(Environment, WantsNoColoursWhereNoColorIsSetAndNotEmpty) {
  ::unsetenv("NO_COLOR");
  EXPECT_FALSE(colours_unwanted());
  ::setenv("NO_COLOR", "", 1);
  EXPECT_FALSE(colours_unwanted());
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_TRUE(colours_unwanted());
}

}  // namespace
}  // namespace conq::app
