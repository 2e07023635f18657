// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/cli/tool.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(Help, TellsTheUsage) {
  const ToolResult all = run_tool({"--help"});
  EXPECT_EQ(all.status, 0);
  EXPECT_EQ(all.err, "");
  EXPECT_THAT(all.out, HasSubstr("conq run [OPTION...] [--] CMD [ARG...]"));
  EXPECT_THAT(run_tool({"run", "--help"}).out, HasSubstr("--record"));
  EXPECT_THAT(run_tool({"up", "--help"}).out, HasSubstr("--keep-going"));
}

TEST(Help, FitsIntoATerminal) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--help"}, {"run", "--help"}, {"up", "--help"}}) {
    for (const std::string& line : lines_of(run_tool(arguments).out)) {
      EXPECT_LE(line.size(), 100U) << line;
    }
  }
}

TEST(Help, TellsTheVersion) {
  const ToolResult version = run_tool({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, MatchesRegex("conq [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(Help, IsPointedToByAnErrorInTheUsage) {
  const ToolResult nothing = run_tool({});
  EXPECT_EQ(nothing.status, 2);
  EXPECT_EQ(nothing.out, "");
  EXPECT_EQ(nothing.err, "conq: A subcommand is required\n`conq --help` tells the usage.\n");
  const ToolResult wrong = run_tool({"walk"});
  EXPECT_EQ(wrong.status, 2);
  EXPECT_EQ(wrong.err, "conq: no subcommand \"walk\"\n`conq --help` tells the usage.\n");
}

TEST(Help, ThatCannotBeWrittenIsAnError) {
  if (::access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  Tool tool({.arguments = {"--help"}, .out = Stream::null, .prepare = [] {
               ::dup2(::open("/dev/full", O_WRONLY), STDOUT_FILENO);
             }});
  EXPECT_EQ(tool.wait(), 1);
}

}  // namespace
}  // namespace conq::test
