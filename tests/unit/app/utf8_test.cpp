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

}  // namespace
}  // namespace conq::app
