// SPDX-License-Identifier: Apache-2.0
// `conq run` with standard streams that are not what they say, or not what their names say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/cli/tool.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The tool with a library before all others, in which every descriptor is a terminal. A
/// sanitizer's library, which wants to be the first, is told to let that be.
Start lied_to(Start start) {
  start.environment = {{"LD_PRELOAD", CONQ_TEST_LYING_LIBRARY},
                       {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
  start.err = Stream::pipe;
  return start;
}

TEST(HostileStreams, StdinThatIsAMasterIsReadItselfAndNoNewOneInItsPlace) {
  // Opened by its name, /dev/ptmx, a master is another one.
  const Pty pty = raw_pty();
  Tool tool({.arguments = {"run", "--", "sh", "-c", "read line; echo \"got $line\""},
             .in = Stream::null,
             .out = Stream::pipe,
             .prepare = [&] { ::dup2(pty.master.fd(), STDIN_FILENO); }});
  say(pty.slave, "hello\n");
  EXPECT_THAT(tool.rest_of_out(), StartsWith("got hello"));
  EXPECT_EQ(tool.wait(), 0);
}

TEST(HostileStreams, StdoutThatIsAMasterIsWrittenItself) {
  const Pty pty = raw_pty();
  Tool tool({.arguments = {"run", "--", "echo", "hello"},
             .in = Stream::null,
             .out = Stream::null,
             .prepare = [&] { ::dup2(pty.master.fd(), STDOUT_FILENO); }});
  EXPECT_EQ(tool.wait(), 0);
  EXPECT_EQ(hear(pty.slave, 7), "hello\r\n");
}

TEST(HostileStreams, APipeThatIsSaidToBeATerminalIsRefused) {
  Tool tool(lied_to({.arguments = {"run", "--", "cat"}, .in = Stream::pipe, .out = Stream::pipe}));
  EXPECT_THAT(tool.rest_of_err(), StartsWith("conq: "));
  EXPECT_EQ(tool.wait(), 1);
}

TEST(HostileStreams, ASocketThatIsSaidToBeATerminalIsRefused) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Fd ours(ends[0]);
  const Fd theirs(ends[1]);
  Tool tool(lied_to(
      {.arguments = {"run", "--", "cat"}, .in = Stream::null, .out = Stream::null, .prepare = [&] {
         ::dup2(theirs.get(), STDIN_FILENO);
         ::dup2(theirs.get(), STDOUT_FILENO);
       }}));
  EXPECT_THAT(tool.rest_of_err(), HasSubstr("not a terminal device"));
  EXPECT_EQ(tool.wait(), 1);
}

}  // namespace
}  // namespace conq::test
