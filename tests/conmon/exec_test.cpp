// SPDX-License-Identifier: Apache-2.0
// A process executed in a container.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"

namespace conq::test {
namespace {

using ::testing::MatchesRegex;

const std::vector<std::string> exec = {"-e", "--exec-process-spec", "{dir}/spec", "-l", "none"};

std::vector<std::string> with(const std::vector<std::string>& more) {
  std::vector<std::string> words = exec;
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(ConmonExec, TellsThePidAndThenTheStatus) {
  Monitored monitor({.script = "exit 9", .arguments = exec});
  EXPECT_THAT(monitor.sync(), MatchesRegex("\\{\"data\": [0-9]+\\}\n"));
  EXPECT_EQ(monitor.sync(), "{\"data\": 9}\n");
  EXPECT_EQ(monitor.sync(), "");
  EXPECT_EQ(monitor.exit_file(), "9");
  EXPECT_EQ(monitor.noted("command"), "exec\n--pid-file\n" + (monitor / "pidfile") +
                                          "\n--process\n" + (monitor / "spec") +
                                          "\n--detach\n0123456789abcdef\n");
  EXPECT_EQ(monitor.wait(), 9);
}

TEST(ConmonExec, OfTheOldKindTellsTheStatusAlone) {
  Monitored monitor({.script = "exit 9", .arguments = exec, .api_version = false});
  EXPECT_EQ(monitor.sync(), "{\"exit_code\": 9}\n");
  EXPECT_EQ(monitor.wait(), 9);
}

TEST(ConmonExec, GoesOnWhereNobodyListensToItsStatus) {
  Monitored monitor({.script = "read x <$DIR/go; exit 9", .arguments = exec});
  monitor.sync();
  monitor.leave();
  monitor.go();
  EXPECT_EQ(monitor.wait(), 9);
  EXPECT_EQ(monitor.exit_file(), "9");
}

TEST(ConmonExec, StartsOnlyOnceSomebodyHasAttachedAndShowsHimAll) {
  Monitored monitor(
      {.script = "echo first; echo error >&2; exit 8", .arguments = with({"--exec-attach"})});
  EXPECT_EQ(monitor.attach_message(), "{\"data\": 0}\n");
  monitor.control("winsz", "30 100\n");
  Client client(monitor.bundle());
  EXPECT_EQ(monitor.noted("command"), "none");
  EXPECT_FALSE(monitor.has_sync());
  monitor.start();
  EXPECT_TRUE(client.hears_end());
  EXPECT_EQ(client.out(), "first\n");
  EXPECT_EQ(client.err(), "error\n");
  monitor.sync();
  EXPECT_EQ(monitor.sync(), "{\"data\": 8}\n");
}

TEST(ConmonExec, InATerminalHasTheSizeThatCameBeforeIt) {
  Monitored monitor({.script = "while test \"$(stty size)\" != \"30 100\"; do :; done; echo sized",
                     .arguments = with({"--exec-attach", "-t"})});
  monitor.attach_message();
  monitor.control("ctl", "1 30 100\n");
  Client client(monitor.bundle());
  monitor.start();
  EXPECT_TRUE(client.hears_end());
  EXPECT_EQ(client.out(), "sized\r\n");
  EXPECT_THAT(monitor.noted("command"),
              ::testing::HasSubstr("--detach\n--tty\n--console-socket\n"));
}

TEST(ConmonExec, IsEndedBySignalsWhileItWaitsForSomebodyToAttach) {
  Monitored monitor({.arguments = with({"--exec-attach"})});
  monitor.attach_message();
  monitor.signal(SIGTERM);
  EXPECT_EQ(monitor.sync(),
            "{\"data\": -1, \"message\": \"Failed to create container: exit status 143\"}\n");
  EXPECT_EQ(monitor.wait(), 1);
}

TEST(ConmonExec, ThatTheTimeLimitEndsTellsSo) {
  Monitored monitor({.script = "exec sleep 1000", .arguments = with({"--timeout", "1"})});
  monitor.sync();
  EXPECT_EQ(monitor.sync(), "{\"data\": -1, \"message\": \"command timed out\"}\n");
  EXPECT_EQ(monitor.wait(), 255);
}

TEST(ConmonExec, NeedsThePipeToTellOfItsSocket) {
  Monitored monitor({.arguments = with({"--exec-attach"}), .environment = {"_OCI_ATTACHPIPE=9"}});
  EXPECT_EQ(monitor.parent_status(), 1);
}

}  // namespace
}  // namespace conq::test
