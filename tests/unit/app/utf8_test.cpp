// SPDX-License-Identifier: Apache-2.0
#include "utf8.hpp"

#include <gtest/gtest.h>

namespace conq::app {
namespace {

TEST(Utf8, FindsTheBeginningOfACharacterAtTheEnd) {
  EXPECT_EQ(incomplete_utf8_tail("a\xc3"), 1U);
  EXPECT_EQ(incomplete_utf8_tail("a\xe2"), 1U);
  EXPECT_EQ(incomplete_utf8_tail("a\xe2\x82"), 2U);
  EXPECT_EQ(incomplete_utf8_tail("a\xf0\x9f\x98"), 3U);
}

TEST(Utf8, TakesAWholeCharacterForComplete) {
  EXPECT_EQ(incomplete_utf8_tail(""), 0U);
  EXPECT_EQ(incomplete_utf8_tail("a"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\xc3\xa9"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\xe2\x82\xac"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\xf0\x9f\x98\x80"), 0U);
}

TEST(Utf8, TakesBytesThatCanNeverBecomeACharacterForComplete) {
  EXPECT_EQ(incomplete_utf8_tail("\x80"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\x80\x80\x80\x80"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\xc0"), 0U) << "overlong";
  EXPECT_EQ(incomplete_utf8_tail("\xe0\x80"), 0U) << "overlong";
  EXPECT_EQ(incomplete_utf8_tail("\xed\xa0"), 0U) << "a surrogate";
  EXPECT_EQ(incomplete_utf8_tail("\xf0\x80"), 0U) << "overlong";
  EXPECT_EQ(incomplete_utf8_tail("\xf4\x90"), 0U) << "beyond U+10FFFF";
  EXPECT_EQ(incomplete_utf8_tail("\xf5"), 0U);
  EXPECT_EQ(incomplete_utf8_tail("\xff"), 0U);
}

TEST(Utf8, MeasuresTheCharacterAtTheBeginning) {
  EXPECT_EQ(leading_utf8_character("ab"), 1U);
  EXPECT_EQ(leading_utf8_character("\xc3\xa9x"), 2U);
  EXPECT_EQ(leading_utf8_character("\xe2\x82\xacx"), 3U);
  EXPECT_EQ(leading_utf8_character("\xf0\x9f\x98\x80x"), 4U);
}

TEST(Utf8, FindsNoCharacterWhereNoneIsWhole) {
  EXPECT_EQ(leading_utf8_character(""), 0U);
  EXPECT_EQ(leading_utf8_character("\x9b"), 0U);
  EXPECT_EQ(leading_utf8_character("\xc2"), 0U) << "broken off";
  EXPECT_EQ(leading_utf8_character("\xc2x"), 0U);
  EXPECT_EQ(leading_utf8_character("\xe2\x82x"), 0U);
  EXPECT_EQ(leading_utf8_character("\xe0\x82\x9b"), 0U) << "overlong";
  EXPECT_EQ(leading_utf8_character("\xff"), 0U);
}

}  // namespace
}  // namespace conq::app
