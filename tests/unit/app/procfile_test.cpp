// SPDX-License-Identifier: Apache-2.0
#include "procfile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/failure_of.hpp"

namespace conq::app {
namespace {

using test::failure_of;
using ::testing::ElementsAre;

std::string wrong_with(std::string_view text) {
  return failure_of(failed, [text] { parse_procfile(text, "Procfile"); });
}

TEST(Procfile, HasAnEntryALineInItsOrder) {
  EXPECT_THAT(parse_procfile("web: serve -p $PORT\nworker-2:work\nz_1 :\tx: y \n", "Procfile"),
              ElementsAre(ProcfileEntry{"web", "serve -p $PORT"}, ProcfileEntry{"worker-2", "work"},
                          ProcfileEntry{"z_1", "x: y"}));
}

TEST(Procfile, PassesOverCommentsAndEmptyLines) {
  EXPECT_THAT(
      parse_procfile("# web: no\n\n  \t\n  # no\nweb: yes # kept: the shell's\n", "Procfile"),
      ElementsAre(ProcfileEntry{"web", "yes # kept: the shell's"}));
}

TEST(Procfile, MayHaveLineEndsOfDosAndNoneAtItsEnd) {
  EXPECT_THAT(parse_procfile("a: b\r\n\r\nc: d", "Procfile"),
              ElementsAre(ProcfileEntry{"a", "b"}, ProcfileEntry{"c", "d"}));
}

TEST(Procfile, TellsTheLineThatHasNoColon) {
  EXPECT_EQ(wrong_with("a: b\n\nnonsense\n"), "Procfile:3: no colon; a line is `name: command`");
}

TEST(Procfile, TellsWhatElseIsWrong) {
  EXPECT_EQ(wrong_with(": b"), "Procfile:1: no name before the colon");
  EXPECT_EQ(wrong_with("a b: c"),
            "Procfile:1: \"a b\" is no name: letters, digits, - and _ make one");
  EXPECT_EQ(wrong_with("a:  \n"), "Procfile:1: no command for a");
  EXPECT_EQ(wrong_with("a: b\nc: d\na: e\n"), "Procfile:3: a is in line 1 already");
  EXPECT_EQ(wrong_with(""), "Procfile: no process in it");
  EXPECT_EQ(wrong_with("# a: b\n"), "Procfile: no process in it");
}

TEST(Procfile, RefusesACommandThatExecWouldCutOff) {
  EXPECT_EQ(test::failure_of(failed,
                             [] {
                               parse_procfile({"web: a\0b", 8}, "F");
                             }),
            "F:1: a NUL byte in the command of web");
}

TEST(Procfile, TakesACarriageReturnBeforeTrailingBlanksForOne) {
  EXPECT_EQ(parse_procfile("web: a\r \n", "F").at(0).command, "a");
}

}  // namespace
}  // namespace conq::app
