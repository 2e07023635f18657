// SPDX-License-Identifier: Apache-2.0
// What `conq up` makes of the output of its processes.
#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class UpLines : public Up {};

TEST_F(UpLines, HaveTheNameBeforeThemPaddedToTheLongest) {
  procfile("web: echo one\nworker: echo two\n");
  const ToolResult result = up({"--keep-going"});
  EXPECT_THAT(lines_of(result.out), ::testing::IsSupersetOf({"web    | one"}));
  EXPECT_THAT(lines_of(result.out), ::testing::IsSupersetOf({"worker | two"}));
}

TEST_F(UpLines, AreShownWithoutTheirEndAtTheExit) {
  procfile("web: printf 'one\\nhalf'\n");
  EXPECT_THAT(lines_from("web", up().out), ElementsAre("one", "half", "exited with status 0"));
}

TEST_F(UpLines, AreHeldUntilTheyAreWhole) {
  procfile(
      "half: printf 'first '; echo >there; while [ ! -e go ]; do sleep 0.01; done; echo second\n"
      "other: while [ ! -e there ]; do sleep 0.01; done; echo between\n");
  Tool tool(piped({"--keep-going"}));
  EXPECT_THAT(tool.read_out("other | between\n"), Not(HasSubstr("first")));
  dir_.file("go", "");
  tool.read_out("half  | first second\n");
  EXPECT_EQ(tool.wait(), 0);
}

TEST_F(UpLines, AreNeverTornWhoeverElseWrites) {
  // Each line comes in pieces, some cut inside a character.
  const std::string script =
      "i=0; while [ $i -lt 300 ]; do printf 'a\\303'; printf '\\251b '; printf '%s' $i; printf "
      "'\\n';"
      " i=$((i+1)); done";
  procfile("one: " + script + "\ntwo: " + script + "\nthree: " + script + "\n");
  const std::string out = up({"--keep-going"}).out;
  for (const char* const label : {"one", "two", "three"}) {
    const std::vector<std::string> lines = lines_from(label, out);
    ASSERT_EQ(lines.size(), 301U) << label;
    for (std::size_t i = 0; i < 300; ++i)
      EXPECT_EQ(lines[i],
                "a\xc3\xa9"
                "b " +
                    std::to_string(i));
  }
}

TEST_F(UpLines, OfAMegabyteStayWhole) {
  procfile(
      "long: head -c 1000000 /dev/zero | tr '\\0' x; echo; echo after\n"
      "other: seq 1000\n");
  const std::string out = up({"--keep-going"}).out;
  EXPECT_THAT(lines_from("long", out),
              ElementsAre(std::string(1000000, 'x'), "after", "exited with status 0"));
  EXPECT_EQ(lines_from("other", out).size(), 1001U);
}

TEST_F(UpLines, WithInvalidUtf8PassUntouched) {
  procfile("web: printf 'a\\377\\376\\351z\\n\\303\\n'\n");
  EXPECT_THAT(lines_from("web", up().out),
              ElementsAre("a\xff\xfe\xe9z", "\xc3", "exited with status 0"));
}

TEST_F(UpLines, HaveNoControlSequenceOfEightBits) {
  procfile("web: printf 'a\\2332Jb\\n'\n");
  EXPECT_THAT(lines_from("web", up().out), ElementsAre("a2Jb", "exited with status 0"));
}

TEST_F(UpLines, PassAsTheyAreWithRaw) {
  procfile("web: printf '\\033[2J\\2332J\\033]0;title\\007b\\n'\n");
  EXPECT_THAT(lines_from("web", up({"--raw"}).out), ElementsAre("\x1b[2J\x9b"
                                                                "2J\x1b]0;title\x07"
                                                                "b",
                                                                "exited with status 0"));
}

TEST_F(UpLines, MayBeEmpty) {
  procfile("web: echo; echo x\n");
  EXPECT_THAT(lines_from("web", up().out), ElementsAre("", "x", "exited with status 0"));
}

TEST_F(UpLines, OfAProgressDisplayEachStandAlone) {
  procfile("web: printf '10%%\\r20%%\\r\\n'\n");
  EXPECT_THAT(lines_from("web", up().out), ElementsAre("10%", "20%", "exited with status 0"));
}

TEST_F(UpLines, AreAllThereHoweverFastTheyCome) {
  procfile("a: seq 100000\nb: seq 100000\n");
  const std::string out = up({"--keep-going"}).out;
  for (const char* const label : {"a", "b"}) {
    const std::vector<std::string> lines = lines_from(label, out);
    ASSERT_EQ(lines.size(), 100001U);
    for (std::size_t i = 0; i < 100000; ++i) ASSERT_EQ(lines[i], std::to_string(i + 1));
  }
}

TEST_F(UpLines, BeginWithTheTimeIfWanted) {
  procfile("web: echo one\n");
  for (const std::string& line : lines_of(up({"--timestamps"}).out)) {
    EXPECT_THAT(line, MatchesRegex("[0-2][0-9]:[0-5][0-9]:[0-6][0-9] (web |conq) \\| .*"));
  }
}

TEST_F(UpLines, HaveNoColoursWithoutATerminal) {
  procfile("web: printf '\\033[31mred\\033[0m\\n'\n");
  EXPECT_THAT(lines_from("web", up().out), ElementsAre("red", "exited with status 0"));
}

TEST_F(UpLines, HaveColoursWithoutATerminalIfAskedFor) {
  procfile("web: printf '\\033[31mred\\n'; echo on\n");
  const std::string out = up({"--color", "always"}).out;
  EXPECT_THAT(out, HasSubstr("\x1b[36mweb  |\x1b[0m \x1b[31mred\x1b[0m\n"));
  EXPECT_THAT(out, HasSubstr("\x1b[36mweb  |\x1b[0m \x1b[31mon\x1b[0m\n"));
}

}  // namespace
}  // namespace conq::test
