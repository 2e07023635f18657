// SPDX-License-Identifier: Apache-2.0
#include "dotenv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conq::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

/// The value in the line A=...
std::string value(std::string_view written) {
  const auto variables = parse_dotenv("A=" + std::string(written));
  return variables.size() == 1 ? variables.front().second : "not one variable";
}

TEST(Dotenv, HasAVariableALineInItsOrder) {
  EXPECT_THAT(parse_dotenv("A=1\nB_2=two\r\n_c=\n"),
              ElementsAre(Pair("A", "1"), Pair("B_2", "two"), Pair("_c", "")));
}

TEST(Dotenv, TakesAPlainValueAsItStands) {
  EXPECT_EQ(value("a b  # no comment "), "a b  # no comment ");
  EXPECT_EQ(value("a=b"), "a=b");
  EXPECT_EQ(value("$HOME \\n"), "$HOME \\n");
  EXPECT_EQ(value(" 'x'"), " 'x'");
}

TEST(Dotenv, TakesWhatIsBetweenSingleQuotesAsItStands) {
  EXPECT_EQ(value("'a \\n $B \"c\"'"), "a \\n $B \"c\"");
  EXPECT_EQ(value("''"), "");
}

TEST(Dotenv, ReadsBackslashesBetweenDoubleQuotes) {
  EXPECT_EQ(value(R"("two\nlines")"), "two\nlines");
  EXPECT_EQ(value(R"("a \"word\" and a \\")"), R"(a "word" and a \)");
  EXPECT_EQ(value(R"("\$B \t")"), "$B t");
  EXPECT_EQ(value("\"\""), "");
}

TEST(Dotenv, ReadsABackslashBeforeALineFeedAsForemanDoes) {
  EXPECT_EQ(value(R"("a\\nb")"), "a\\\nb");
}

TEST(Dotenv, TakesAQuoteWithoutItsPairAsItStands) {
  EXPECT_EQ(value("\"a"), "\"a");
  EXPECT_EQ(value("'"), "'");
  EXPECT_EQ(value("\"a' "), "\"a' ");
}

TEST(Dotenv, PassesOverEveryOtherLine) {
  EXPECT_THAT(parse_dotenv("# A=1\n\nexport B=2\n C=3\nD =4\nE-F=5\n=6\nG\n"), IsEmpty());
}

}  // namespace
}  // namespace conq::app
