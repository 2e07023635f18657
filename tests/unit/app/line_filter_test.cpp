// SPDX-License-Identifier: Apache-2.0
#include "line_filter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conq::app {
namespace {

std::string filtered(std::string_view line, bool colours = true) {
  std::string out;
  LineFilter(colours).apply(line, out);
  return out;
}

TEST(LineFilter, PassesTextUntouched) {
  EXPECT_EQ(filtered("plain\ttext"), "plain\ttext");
  EXPECT_EQ(filtered("\xe2\x82\xac \xff\xfe\xe9 \xc3"), "\xe2\x82\xac \xff\xfe\xe9 \xc3");
  EXPECT_EQ(filtered(""), "");
}

TEST(LineFilter, PassesColours) {
  EXPECT_EQ(filtered("\x1b[31mred\x1b[0m x"), "\x1b[31mred\x1b[0m x");
  EXPECT_EQ(filtered("\x1b[38;5;196mx\x1b[m"), "\x1b[38;5;196mx\x1b[m");
  EXPECT_EQ(filtered("\x1b[4:3mx\x1b[m"), "\x1b[4:3mx\x1b[m");
}

TEST(LineFilter, EndsAColourWithTheLine) {
  EXPECT_EQ(filtered("\x1b[31mred"), "\x1b[31mred\x1b[0m");
}

TEST(LineFilter, GoesOnWithAColourInTheNextLine) {
  LineFilter filter(true);
  std::string out;
  filter.apply("\x1b[1m\x1b[31mone", out);
  out += '\n';
  filter.apply("two", out);
  out += '\n';
  filter.apply("three\x1b[0m", out);
  out += '\n';
  filter.apply("four", out);
  EXPECT_EQ(out,
            "\x1b[1m\x1b[31mone\x1b[0m\n"
            "\x1b[1m\x1b[31mtwo\x1b[0m\n"
            "\x1b[1m\x1b[31mthree\x1b[0m\n"
            "four");
}

TEST(LineFilter, ForgetsColoursThatAResetInTheSameSequenceEnds) {
  LineFilter filter(true);
  std::string out;
  filter.apply("\x1b[1m\x1b[0;32mgreen", out);
  out.clear();
  filter.apply("x", out);
  EXPECT_EQ(out, "\x1b[0;32mx\x1b[0m");
}

TEST(LineFilter, KeepsNoMoreThanSomeColoursForTheNextLine) {
  LineFilter filter(true);
  std::string line;
  for (int i = 0; i < 10000; ++i) line += "\x1b[31mx";
  std::string out;
  filter.apply(line, out);
  out.clear();
  filter.apply("y", out);
  EXPECT_LT(out.size(), 300U);
}

TEST(LineFilter, PassesNoColoursWhereNoneAreWanted) {
  EXPECT_EQ(filtered("\x1b[31mred\x1b[0m", false), "red");
}

TEST(LineFilter, DropsCursorMovementAndClears) {
  EXPECT_EQ(filtered("\x1b[2J\x1b[Hat\x1b[10;20H home\x1b[K\x1b[1A"), "at home");
  EXPECT_EQ(filtered("\x1b[?1049h\x1b[?25lx\x1b[!p\x1b[2 qy"), "xy");
  EXPECT_EQ(filtered("\x1b[>4;1mx"), "x") << "ends with m, but is no colour";
}

TEST(LineFilter, DropsOtherSequences) {
  EXPECT_EQ(filtered("\x1b"
                     "7a\x1b"
                     "8b\x1b"
                     "cc\x1b(Bd\x1b=e\x1b#8f"),
            "abcdef");
}

TEST(LineFilter, DropsStringsWithWhatIsInThem) {
  EXPECT_EQ(filtered("\x1b]0;title\aa\x1b]2;title\x1b\\b"), "ab");
  EXPECT_EQ(filtered("\x1bPq#0;2;0\x1b\\c\x1b_x\x1b\\d\x1b^x\x1b\\e"), "cde");
  EXPECT_EQ(filtered("\x1b]8;;http://localhost/\x1b\\link\x1b]8;;\x1b\\"), "link");
}

TEST(LineFilter, DropsControlCharacters) {
  EXPECT_EQ(filtered("a\bb\ac\vd\fe\x0e"
                     "f\x0f"
                     "g"),
            "abcdefg");
  EXPECT_EQ(filtered(std::string("a\0b\x7f"
                                 "c",
                                 5)),
            "abc");
  EXPECT_EQ(filtered("a\xc2\x9b"
                     "b\xc2\x85"
                     "c\xc2\xa0"
                     "d"),
            "abc\xc2\xa0"
            "d");
}

TEST(LineFilter, DropsEightBitControlsThatAreNoPartOfACharacter) {
  EXPECT_EQ(filtered("a\x9b"
                     "b\x90"
                     "c"),
            "abc");
  EXPECT_EQ(filtered("\xe2\x82\x9b \xe0\xb8\x9b"), "\xe2\x82\x9b \xe0\xb8\x9b") << "characters";
  EXPECT_EQ(filtered("\xe0\x82\x9b"), "\xe0") << "overlong";
  EXPECT_EQ(filtered("\xc2\x01\x9b"), "\xc2") << "put together by what is dropped between";
}

TEST(LineFilter, EndsABrokenSequenceBeforeWhatBreaksIt) {
  EXPECT_EQ(filtered("a\x1b[3\xe2\x82\xac"), "a\xe2\x82\xac");
  EXPECT_EQ(filtered("a\x1b[31"), "a");
  EXPECT_EQ(filtered("a\x1b["), "a");
  EXPECT_EQ(filtered("a\x1b"), "a");
  EXPECT_EQ(filtered("a\x1b]0;title"), "a");
  EXPECT_EQ(filtered("a\x1b("), "a");
  EXPECT_EQ(filtered("a\x1b\x1b[31mb\x1b[0m"), "a\x1b[31mb\x1b[0m");
}

}  // namespace
}  // namespace conq::app
