// SPDX-License-Identifier: Apache-2.0
// `conq run --record`.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/cli/cast.hpp"
#include "tests/cli/tool.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class RunRecord : public ::testing::Test {
 protected:
  TempDir dir_;
  std::string path_ = dir_ / "session.cast";
};

TEST_F(RunRecord, HoldsTheOutputAndTheSize) {
  Tool tool({.arguments = {"run", "--record", path_, "--", "printf", "\\033[31mred\\033[0m €\\n"},
             .size = {31, 101},
             .environment = {{"SHELL", "/bin/sh"}}});
  EXPECT_EQ(tool.wait(), 0);
  const Cast cast = parse_cast(path_);
  EXPECT_EQ(cast.header.at("version"), 2);
  EXPECT_EQ(cast.header.at("width"), 101);
  EXPECT_EQ(cast.header.at("height"), 31);
  EXPECT_EQ(cast.header.at("env"), json({{"SHELL", "/bin/sh"}, {"TERM", "xterm"}}));
  EXPECT_EQ(cast.output, "\x1b[31mred\x1b[0m €\r\n");
  EXPECT_THAT(tool.unseen(), HasSubstr("\x1b[31mred"));
}

TEST_F(RunRecord, HoldsEachChangeOfTheWindow) {
  Tool tool({.arguments = {"run", "--record", path_, "--", "sh", "-c",
                           "trap 'stty size; exit 0' WINCH; echo ready; sleep 1000 & wait"}});
  tool.see("ready");
  tool.terminal().master.resize({40, 120});
  tool.see("40 120");
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_EQ(parse_cast(path_).resizes, std::vector<std::string>{"120x40"});
}

TEST_F(RunRecord, IsPlayedByAsciinema) {
  if (std::system("command -v asciinema >/dev/null") != 0) GTEST_SKIP() << "no asciinema here";
  // Characters of several bytes, bytes that are none, and a resize.
  Tool tool({.arguments = {"run", "--record", path_, "--", "sh", "-c",
                           "trap 'x=1' WINCH; seq 20000; printf 'h\\303\\251llo \\377\\n'; "
                           "while [ -z \"$x\" ]; do sleep 0.05; done; echo bye"},
             .size = {24, 80}});
  tool.see("llo");
  tool.terminal().master.resize({40, 120});
  tool.see("bye");
  EXPECT_EQ(tool.wait(), 0);
  Tool player({.arguments = {"cat", path_},
               .out = Stream::pipe,
               .environment = {{"LC_ALL", "C.UTF-8"}},
               .program = "asciinema"});
  const std::string played = player.rest_of_out();
  EXPECT_EQ(player.wait(), 0);
  EXPECT_THAT(played, HasSubstr("19999\r\n20000\r\nh\xc3\xa9llo \xef\xbf\xbd\r\nbye\r\n"));
}

TEST_F(RunRecord, DoesNotReplaceAFile) {
  dir_.file("session.cast", "precious");
  const ToolResult refused = run_tool({"run", "--record", path_, "--", "true"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err,
            "conq: cannot record to " + path_ + ": File exists; --overwrite replaces it\n");
  EXPECT_EQ(text_of(path_), "precious");

  EXPECT_EQ(run_tool({"run", "--record", path_, "--overwrite", "--", "echo", "new"}).status, 0);
  EXPECT_EQ(parse_cast(path_).output, "new\r\n");
}

TEST_F(RunRecord, LeavesNoFileOfACommandThatIsNotFound) {
  EXPECT_EQ(run_tool({"run", "--record", path_, "--", "no-such-command"}).status, 127);
  EXPECT_NE(::access(path_.c_str(), F_OK), 0);
}

TEST_F(RunRecord, ThatCannotBeWrittenOnLetsTheSessionGoOn) {
  // The header fits into what ulimit allows, the output does not.
  Tool tool({.arguments = {"run", "--record", path_, "--", "seq", "1000"},
             .in = Stream::null,
             .out = Stream::pipe,
             .err = Stream::pipe,
             .prepare = [] {
               const rlimit limit{512, 512};
               ::setrlimit(RLIMIT_FSIZE, &limit);
             }});
  EXPECT_EQ(lines_of(tool.rest_of_out()).size(), 1000U);
  EXPECT_THAT(tool.rest_of_err(), HasSubstr("recording to " + path_ + " stopped: File too large"));
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_FALSE(parse_cast(path_).is_cut) << "it plays";
}

}  // namespace
}  // namespace conq::test
