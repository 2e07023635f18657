// SPDX-License-Identifier: Apache-2.0
#include "held_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conq::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Four processes, and what is shown of them: each with its number, a continued piece with a +.
class HeldLinesOfFour : public ::testing::Test {
 protected:
  static constexpr std::size_t budget = 4096;

  HeldLinesOfFour() {
    for (int process = 0; process < 4; ++process) lines_.add_process();
  }
  void feed(std::size_t process, const std::string& bytes) {
    lines_.feed(process, bytes);
    EXPECT_LE(lines_.memory(), budget);
  }

  std::vector<std::string> shown_;
  HeldLines lines_{[this](std::size_t process, Line line) {
                     shown_.push_back(std::to_string(process) + (line.continued ? "+" : "|") +
                                      std::string(line.text));
                   },
                   budget};
};

TEST_F(HeldLinesOfFour, AreThoseOfEachProcessByItself) {
  feed(0, "ha");
  feed(1, "other\n");
  feed(0, "lf\nrest");
  lines_.finish(0);
  EXPECT_THAT(shown_, ElementsAre("1|other", "0|half", "0|rest"));
}

TEST_F(HeldLinesOfFour, AreWholeWhileAllFitIntoTheBudget) {
  const std::string half(500, 'x');
  for (std::size_t process = 0; process < 4; ++process) feed(process, half);
  EXPECT_THAT(shown_, IsEmpty());
  feed(2, half + "\n");
  EXPECT_THAT(shown_, ElementsAre("2|" + half + half));
}

TEST_F(HeldLinesOfFour, LoseTheLongestWhereTheyNeedMoreThanTheBudget) {
  feed(0, std::string(300, 'a'));
  feed(1, std::string(2000, 'b'));
  feed(2, std::string(500, 'c'));
  EXPECT_THAT(shown_, IsEmpty());
  feed(3, std::string(1100, 'd'));
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_EQ(shown_[0], "1|" + std::string(2000, 'b'));
  feed(1, "end\nnext\n");
  feed(0, "\n");
  EXPECT_THAT(shown_, ElementsAre(shown_[0], "1+end", "1|next", "0|" + std::string(300, 'a')));
}

TEST_F(HeldLinesOfFour, CutNoCharacterInTwo) {
  feed(0, std::string(2046, 'a') + "\xe2\x82");
  feed(1, std::string(1500, 'b'));
  feed(2, std::string(500, 'c'));
  ASSERT_EQ(shown_.size(), 1U);
  EXPECT_EQ(shown_[0], "0|" + std::string(2046, 'a'));
  feed(0, "\xac\n");
  EXPECT_EQ(shown_.back(), "0+\xe2\x82\xac");
}

TEST(HeldLinesOfVeryMany, NeedNotFitIntoTheBudget) {
  // Less than even an empty string's: nothing to be gained, and no endless search for it.
  HeldLines lines([](std::size_t, Line) {}, 1);
  for (int process = 0; process < 3; ++process) lines.add_process();
  lines.feed(0, std::string(100, 'x'));
  lines.feed(1, "y");
  EXPECT_LE(lines.memory(), 100U);
}

}  // namespace
}  // namespace conq::app
