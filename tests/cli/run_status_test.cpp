// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)

#include "tests/cli/tool.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;

ToolResult run_sh(const std::string& script) { return run_tool({"run", "--", "sh", "-c", script}); }

TEST(RunStatus, IsThatOfTheCommand) {
  EXPECT_EQ(run_tool({"run", "--", "true"}).status, 0);
  EXPECT_EQ(run_sh("exit 3").status, 3);
  EXPECT_EQ(run_sh("exit 255").status, 255);
}

TEST(RunStatus, Is128AndTheSignalThatKilledTheCommand) {
  EXPECT_EQ(run_sh("kill -KILL $$").status, 128 + SIGKILL);
  EXPECT_EQ(run_sh("kill -TERM $$").status, 128 + SIGTERM);
}

TEST(RunStatus, Is127ForACommandThatIsNotFound) {
  const ToolResult result = run_tool({"run", "--", "no-such-command"});
  EXPECT_EQ(result.status, 127);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "conq: no-such-command: No such file or directory\n");
  EXPECT_EQ(run_tool({"run", "--", "./no/such/file"}).status, 127);
  EXPECT_EQ(run_tool({"run", "--", ""}).status, 127);
}

TEST(RunStatus, Is126ForACommandThatCannotBeExecuted) {
  const TempDir dir;
  const std::string file = dir.file("plain", "text");
  const ToolResult result = run_tool({"run", "--", file});
  EXPECT_EQ(result.status, 126);
  EXPECT_EQ(result.err, "conq: " + file + ": Permission denied\n");
  EXPECT_EQ(run_tool({"run", "--", dir.path()}).status, 126);
}

TEST(RunStatus, Is2ForAnErrorInTheUsage) {
  EXPECT_EQ(run_tool({"run"}).status, 2);
  EXPECT_EQ(run_tool({"run", "--bogus", "--", "true"}).status, 2);
  const ToolResult result = run_tool({"run", "--cols", "x", "--", "true"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("--cols"));
  EXPECT_THAT(result.err, HasSubstr("conq run --help"));
}

TEST(RunStatus, ComesAfterTheLastByte) {
  const ToolResult result = run_sh("seq 100000; exit 4");
  EXPECT_EQ(result.status, 4);
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 100000U);
  EXPECT_EQ(lines.back(), "100000");
}

}  // namespace
}  // namespace conq::test
