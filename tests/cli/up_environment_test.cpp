// SPDX-License-Identifier: Apache-2.0
// Variables, ports and folders of the processes of `conq up`.
#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class UpEnvironment : public Up {
 protected:
  /// What the one process called web prints.
  std::vector<std::string> web(const Start& start) const {
    const ToolResult result = run_tool(start.arguments, {}, start);
    std::vector<std::string> lines = lines_from("web", result.out);
    EXPECT_FALSE(lines.empty()) << result.err;
    if (!lines.empty()) lines.pop_back();  // its end
    return lines;
  }
};

TEST_F(UpEnvironment, IsThatOfConqAndTheDotenvFile) {
  procfile("web: printf '%s\\n' \"$A\" \"$B\" \"$C\" \"$D\"\n");
  dir_.file(".env", "# comment\nA=plain # kept\nB='$A'\nC=\"two\\nlines\"\nexport D=no\n");
  Start start = piped();
  start.environment = {{"A", "of conq"}, {"D", "of conq"}};
  EXPECT_THAT(web(start), ElementsAre("plain # kept", "$A", "two", "lines", "of conq"));
}

TEST_F(UpEnvironment, ComesFromTheFilesThatAreNamed) {
  procfile("web: echo $A $B\n");
  dir_.file(".env", "A=no\n");
  dir_.file("one", "A=1\nB=1\n");
  dir_.file("two", "B=2\n");
  EXPECT_THAT(web(piped({"-e", "one,two"})), ElementsAre("1 2"));
  EXPECT_THAT(web(piped({"-e", "one", "-e", "two"})), ElementsAre("1 2"));
}

TEST_F(UpEnvironment, LacksNoFileThatIsNamed) {
  procfile("web: true\n");
  const ToolResult result = up({"-e", "missing"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "conq: cannot read missing: No such file or directory\n");
}

TEST_F(UpEnvironment, HasAPortAndANameForEachProcess) {
  procfile("web: echo $PORT $PS\nworker: echo $PORT $PS\n");
  const std::string out = up({"--keep-going", "-m", "web=1,worker=2"}).out;
  EXPECT_EQ(lines_from("web", out).front(), "5000 web.1");
  EXPECT_EQ(lines_from("worker.1", out).front(), "5100 worker.1");
  EXPECT_EQ(lines_from("worker.2", out).front(), "5101 worker.2");
}

TEST_F(UpEnvironment, HasPortsFromTheOneThatIsAskedFor) {
  procfile("web: echo $PORT\n");
  EXPECT_THAT(web(piped({"-p", "7000"})), ElementsAre("7000"));
  Start start = piped();
  start.environment = {{"PORT", "8000"}};
  EXPECT_THAT(web(start), ElementsAre("8000"));
  dir_.file(".env", "PORT=9000\n");
  EXPECT_THAT(web(start), ElementsAre("9000"));
}

TEST_F(UpEnvironment, RunsProcessesInTheProcfilesFolder) {
  procfile("web: pwd; echo $A\n");
  dir_.file(".env", "A=1\n");
  Start start = piped({"-f", dir_ / "Procfile"});
  start.directory = "/";
  EXPECT_THAT(web(start), ElementsAre(dir_.path(), "1"));
}

TEST_F(UpEnvironment, RunsProcessesWhereItIsTold) {
  const TempDir other;
  procfile("web: pwd\n");
  EXPECT_THAT(web(piped({"-f", "Procfile", "-d", other.path()})), ElementsAre(other.path()));
  Start start = piped({"-d", dir_.path()});
  start.directory = "/";
  EXPECT_THAT(web(start), ElementsAre(dir_.path()));
}

}  // namespace
}  // namespace conq::test
