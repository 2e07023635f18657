// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/app/failure_of.hpp"
#include "version.hpp"

namespace conq::app {
namespace {

using test::failure_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using Arguments = std::vector<std::string>;

RunOptions run(const Arguments& arguments) {
  return std::get<RunOptions>(parse_command_line(arguments));
}
UpOptions up(const Arguments& arguments) {
  return std::get<UpOptions>(parse_command_line(arguments));
}
std::string answer(const Arguments& arguments) {
  return std::get<Answer>(parse_command_line(arguments)).text;
}
std::string wrong_with(const Arguments& arguments) {
  return failure_of(usage_error, [&arguments] { parse_command_line(arguments); });
}

TEST(CommandLine, TellsItsVersionAndItsUsage) {
  EXPECT_EQ(answer({"--version"}), std::string("conq ") + version + "\n");
  EXPECT_THAT(answer({"--help"}), HasSubstr("conq up [OPTION...] [NAME...]"));
  EXPECT_THAT(answer({"run", "--help"}),
              HasSubstr("Usage: conq run [OPTION...] [--] CMD [ARG...]"));
  EXPECT_THAT(answer({"up", "-h"}), HasSubstr("--formation"));
}

TEST(CommandLine, WantsASubcommandThatThereIs) {
  EXPECT_THAT(wrong_with({}), StartsWith("A subcommand is required"));
  EXPECT_THAT(wrong_with({"walk"}), HasSubstr("walk"));
}

TEST(CommandLine, LeavesRunsCommandAsItIs) {
  EXPECT_THAT(run({"run", "--", "ls", "-l", "--cols", "--", "--help"}).command,
              ElementsAre("ls", "-l", "--cols", "--", "--help"));
  EXPECT_THAT(run({"run", "ls", "-l", "--", "x"}).command, ElementsAre("ls", "-l", "--", "x"));
  EXPECT_THAT(run({"run", "--", "--odd"}).command, ElementsAre("--odd"));
  EXPECT_THAT(run({"run", ""}).command, ElementsAre(""));
  EXPECT_THAT(run({"run", "-"}).command, ElementsAre("-"));
}

TEST(CommandLine, ReadsRunsOptionsBeforeTheCommand) {
  const RunOptions options = run(
      {"run", "--cols", "100", "--rows=30", "--record", "f", "--overwrite", "ls", "--rows", "9"});
  EXPECT_EQ(options.cols, 100);
  EXPECT_EQ(options.rows, 30);
  EXPECT_EQ(options.record, "f");
  EXPECT_TRUE(options.overwrite);
  EXPECT_THAT(options.command, ElementsAre("ls", "--rows", "9"));
}

TEST(CommandLine, RefusesARunWithoutACommandOrWithWrongOptions) {
  EXPECT_THAT(wrong_with({"run"}), StartsWith("no command to run"));
  EXPECT_THAT(wrong_with({"run", "--"}), StartsWith("no command to run"));
  EXPECT_THAT(wrong_with({"run", "--bogus", "--", "ls"}), HasSubstr("--bogus"));
  EXPECT_THAT(wrong_with({"run", "--cols", "0", "ls"}), HasSubstr("--cols"));
  EXPECT_THAT(wrong_with({"run", "--cols", "65536", "ls"}), HasSubstr("--cols"));
  EXPECT_THAT(wrong_with({"run", "--rows", "x", "ls"}), HasSubstr("--rows"));
  EXPECT_THAT(wrong_with({"run", "--rows"}), HasSubstr("--rows"));
  EXPECT_THAT(wrong_with({"run", "--overwrite", "ls"}), HasSubstr("--record"));
  EXPECT_THAT(wrong_with({"run", "--bogus", "--", "ls"}), HasSubstr("`conq run --help`"));
}

TEST(CommandLine, ReadsUpsOptions) {
  const UpOptions options =
      up({"up",           "-f",    "P",       "-d",     "dir", "-e",    "a,b",
          "-m",           "web=2", "-p",      "80",     "-t",  "0.5",   "--keep-going",
          "--timestamps", "--raw", "--color", "always", "web", "worker"});
  EXPECT_EQ(options.procfile, "P");
  EXPECT_EQ(options.root, "dir");
  EXPECT_THAT(options.env_files, ElementsAre("a", "b"));
  EXPECT_EQ(options.formation.value().count_of("web"), 2);
  EXPECT_EQ(options.port, 80);
  EXPECT_EQ(options.timeout, 0.5);
  EXPECT_TRUE(options.keep_going);
  EXPECT_TRUE(options.timestamps);
  EXPECT_TRUE(options.raw);
  EXPECT_EQ(options.colours, Colours::always);
  EXPECT_THAT(options.names, ElementsAre("web", "worker"));
}

TEST(CommandLine, HasDefaultsForUp) {
  const UpOptions options = up({"up"});
  EXPECT_FALSE(options.procfile || options.root || options.formation || options.port);
  EXPECT_EQ(options.timeout, 5);
  EXPECT_FALSE(options.keep_going || options.timestamps || options.raw);
  EXPECT_EQ(options.colours, Colours::automatic);
  EXPECT_THAT(options.names, IsEmpty());
}

TEST(CommandLine, TakesNamesAfterTheFilesOfVariables) {
  const UpOptions options = up({"up", "-e", "a", "web", "-e", "b"});
  EXPECT_THAT(options.env_files, ElementsAre("a", "b"));
  EXPECT_THAT(options.names, ElementsAre("web"));
}

TEST(CommandLine, RefusesAnUpWithWrongOptions) {
  EXPECT_THAT(wrong_with({"up", "-m", "web"}), HasSubstr("formation \"web\""));
  EXPECT_THAT(wrong_with({"up", "-m", ""}), HasSubstr("formation \"\""));
  EXPECT_THAT(wrong_with({"up", "-t", "-1"}), HasSubstr("--timeout"));
  EXPECT_THAT(wrong_with({"up", "-t", "soon"}), HasSubstr("--timeout"));
  EXPECT_THAT(wrong_with({"up", "-p", "70000"}), HasSubstr("--port"));
  EXPECT_THAT(wrong_with({"up", "--color", "red"}), HasSubstr("--color"));
  EXPECT_THAT(wrong_with({"up", "--bogus"}), HasSubstr("--bogus"));
}

}  // namespace
}  // namespace conq::app
