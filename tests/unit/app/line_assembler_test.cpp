// SPDX-License-Identifier: Apache-2.0
#include "line_assembler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conq::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Lines = std::vector<std::string>;

/// What comes out, a continued piece with a + before it.
class Collected {
 public:
  explicit Collected(std::size_t limit = LineAssembler::longest_line) : assembler_(limit) {}
  Collected& feed(std::string_view bytes) {
    assembler_.feed(bytes, sink_);
    return *this;
  }
  Collected& pass_on() {
    assembler_.pass_on(sink_);
    return *this;
  }
  Collected& finish() {
    assembler_.finish(sink_);
    return *this;
  }
  const Lines& lines() const { return lines_; }
  std::size_t held() const { return assembler_.held(); }

 private:
  LineAssembler assembler_;
  Lines lines_;
  LineAssembler::Sink sink_ = [this](Line line) {
    lines_.push_back((line.continued ? "+" : "") + std::string(line.text));
  };
};

TEST(LineAssembler, PassesOnEachLineWithoutItsEnd) {
  EXPECT_THAT(Collected().feed("a\nb\n\nc\n").lines(), ElementsAre("a", "b", "", "c"));
}

TEST(LineAssembler, HoldsALineUntilItsEndCame) {
  Collected collected;
  collected.feed("ha").feed("lf");
  EXPECT_THAT(collected.lines(), IsEmpty());
  EXPECT_EQ(collected.held(), 4U);
  EXPECT_THAT(collected.feed(" line\nnext").lines(), ElementsAre("half line"));
  EXPECT_EQ(collected.held(), 4U);
}

TEST(LineAssembler, ShowsAHalfLineAtTheEnd) {
  EXPECT_THAT(Collected().feed("a\nhalf").finish().lines(), ElementsAre("a", "half"));
  EXPECT_THAT(Collected().feed("a\n").finish().lines(), ElementsAre("a"));
}

TEST(LineAssembler, TakesTheReturnsBeforeALineFeedForItsPart) {
  EXPECT_THAT(Collected().feed("a\r\nb\r\r\n\r\nc").finish().lines(),
              ElementsAre("a", "b", "", "c"));
}

TEST(LineAssembler, GivesTheSameLinesHoweverTheBytesAreCut) {
  const std::string text = "a\r\n\r\nb\nc\rd\r\r\n\re\r\n\n\xe2\x82\xac\xff\r\n";
  const Lines whole = Collected().feed(text).finish().lines();
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(Collected().feed(text.substr(0, cut)).feed(text.substr(cut)).finish().lines(), whole)
        << "cut at " << cut;
  }
  Collected one_by_one;
  for (const char byte : text) one_by_one.feed({&byte, 1});
  EXPECT_EQ(one_by_one.finish().lines(), whole);
}

TEST(LineAssembler, ShowsEachStateOfAProgressDisplayAtOnce) {
  Collected collected;
  EXPECT_THAT(collected.feed("10%\r").lines(), ElementsAre("10%"));
  EXPECT_THAT(collected.feed("20%\r30%\r").lines(), ElementsAre("10%", "20%", "30%"));
  EXPECT_THAT(collected.feed("\ndone\n").lines(), ElementsAre("10%", "20%", "30%", "done"));
}

TEST(LineAssembler, MakesNoLineOfAReturnBeforeText) {
  EXPECT_THAT(Collected().feed("\r10%\r20%\r").finish().lines(), ElementsAre("10%", "20%"));
}

TEST(LineAssembler, KeepsInvalidUtf8AsItIs) {
  EXPECT_THAT(Collected().feed("\xff\xfe\x80\n\xc3").finish().lines(),
              ElementsAre("\xff\xfe\x80", "\xc3"));
}

TEST(LineAssembler, HoldsALineOfAMegabyteWhole) {
  const std::string line(1 << 20, 'x');
  Collected collected;
  for (std::size_t at = 0; at < line.size(); at += 4095) collected.feed(line.substr(at, 4095));
  EXPECT_THAT(collected.lines(), IsEmpty());
  EXPECT_EQ(collected.feed("\n").lines(), Lines{line});
}

TEST(LineAssembler, PassesOnALineOverTheLimitInMarkedPieces) {
  EXPECT_THAT(Collected(4).feed("abcdefghij\nk\n").lines(),
              ElementsAre("abcd", "+efgh", "+ij", "k"));
  EXPECT_THAT(Collected(4).feed("abcd").feed("\n").lines(), ElementsAre("abcd"));
  EXPECT_THAT(Collected(4).feed("ab").feed("cdef").finish().lines(), ElementsAre("abcd", "+ef"));
}

TEST(LineAssembler, NeverHoldsMoreThanTheLimit) {
  Collected collected(1000);
  for (int times = 0; times < 100; ++times) {
    collected.feed(std::string(999, 'x'));
    EXPECT_LE(collected.held(), 1000U);
  }
}

TEST(LineAssembler, TakesNoMoreMemoryThanTwiceWhatItHoldsAndNeverMoreThanTheLimit) {
  constexpr std::size_t limit = std::size_t{1} << 20;
  LineAssembler assembler(limit);
  const LineAssembler::Sink sink = [](Line) {};
  for (std::size_t fed = 0; fed < 2 * limit; fed += 4095) {
    assembler.feed(std::string(4095, 'x'), sink);
    EXPECT_LE(assembler.memory(),
              std::min(limit, std::max<std::size_t>(2 * assembler.held(), 65536)));
  }
}

TEST(LineAssembler, PassesOnWhatItHoldsIfToldSo) {
  Collected collected;
  EXPECT_THAT(collected.pass_on().lines(), IsEmpty());
  EXPECT_THAT(collected.feed("half").pass_on().lines(), ElementsAre("half"));
  EXPECT_EQ(collected.held(), 0U);
  EXPECT_THAT(collected.feed(" line\nnext\n").lines(), ElementsAre("half", "+ line", "next"));
}

TEST(LineAssembler, CutsNoCharacterInTwo) {
  EXPECT_THAT(Collected(4).feed("ab\xe2\x82\xac\n").lines(), ElementsAre("ab", "+\xe2\x82\xac"));
  // Nor does it wait for ever for what is no character.
  EXPECT_THAT(Collected(2).feed("\xe2\x82\xe2\x82\xe2\n").lines(),
              ElementsAre("\xe2\x82", "+\xe2\x82", "+\xe2"));
}

}  // namespace
}  // namespace conq::app
