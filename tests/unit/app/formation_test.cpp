// SPDX-License-Identifier: Apache-2.0
#include "formation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/failure_of.hpp"

namespace conq::app {
namespace {

using test::failure_of;

std::string wrong_with(std::string_view text) {
  return failure_of(usage_error, [text] { parse_formation(text); });
}

TEST(Formation, CountsTheProcessesItNames) {
  const Formation formation = parse_formation("web=2,worker=3");
  EXPECT_EQ(formation.count_of("web"), 2);
  EXPECT_EQ(formation.count_of("worker"), 3);
}

TEST(Formation, RunsNoneOfTheOthersUnlessAllSaysSo) {
  EXPECT_EQ(parse_formation("web=2").count_of("worker"), 0);
  EXPECT_EQ(parse_formation("all=1,web=2").count_of("worker"), 1);
  EXPECT_EQ(parse_formation("web=2,all=4").count_of("web"), 2);
}

TEST(Formation, MayHaveBlanks) { EXPECT_EQ(parse_formation(" a=1, b = 2 ").count_of("b"), 2); }

TEST(Formation, TellsWhatIsWrong) {
  EXPECT_EQ(wrong_with("web"), "formation \"web\": \"web\" is not name=number");
  EXPECT_EQ(wrong_with("web=2,"), "formation \"web=2,\": \"\" is not name=number");
  EXPECT_EQ(wrong_with("=2"), "formation \"=2\": \"=2\" is not name=number");
  EXPECT_EQ(wrong_with("web=x"), "formation \"web=x\": \"x\" is no number from 0 to 10000");
  EXPECT_EQ(wrong_with("web=-1"), "formation \"web=-1\": \"-1\" is no number from 0 to 10000");
  EXPECT_EQ(wrong_with("web=1a"), "formation \"web=1a\": \"1a\" is no number from 0 to 10000");
  EXPECT_EQ(wrong_with("web=10001"),
            "formation \"web=10001\": \"10001\" is no number from 0 to 10000");
  EXPECT_EQ(wrong_with("web=1,web=2"), "formation \"web=1,web=2\": web twice");
}

}  // namespace
}  // namespace conq::app
