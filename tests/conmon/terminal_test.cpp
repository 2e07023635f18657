// SPDX-License-Identifier: Apache-2.0
// Containers in a terminal.
#include "tests/support/terminal.hpp"

#include <gtest/gtest.h>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"

namespace conq::test {
namespace {

TEST(ConmonTerminal, IsStandardOutputAndErrorInOne) {
  Monitored monitor({.script = "read x <$DIR/go; echo out; echo err >&2", .arguments = {"-t"}});
  monitor.sync();
  Client client(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(client.hears_end());
  EXPECT_EQ(client.out(), "out\r\nerr\r\n");
  EXPECT_EQ(client.err(), "");
  EXPECT_EQ(monitor.wait(), 0);
  EXPECT_EQ(monitor.log().find("stderr"), std::string::npos);
}

TEST(ConmonTerminal, TakesWhatIsTyped) {
  Monitored monitor(
      {.script = "stty -echo; echo ready; read line; echo \"<$line>\"", .arguments = {"-t"}});
  monitor.sync();
  Client client(monitor.bundle());
  client.type("typed\n");
  EXPECT_TRUE(client.hears("<typed>\r\n"));
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonTerminal, StaysWhenAClientEndsWhatItTypes) {
  Monitored monitor(
      {.script = "stty -echo; echo ready; read line; echo \"<$line>\"", .arguments = {"-t"}});
  monitor.sync();
  Client first(monitor.bundle());
  first.half_close();
  Client second(monitor.bundle());
  second.type("typed\n");
  EXPECT_TRUE(second.hears("<typed>\r\n"));
}

TEST(ConmonTerminal, WithInputTakesNoMoreOfItOnceAClientHasEndedIt) {
  Monitored monitor({.script = "stty -echo; read x <$DIR/go; echo said; read x <$DIR/go2",
                     .arguments = {"-t", "-i"}});
  monitor.sync();
  Client client(monitor.bundle());
  client.half_close();
  monitor.go();
  EXPECT_TRUE(client.hears("said\r\n")) << "and goes on";
  monitor.go("go2");
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonTerminal, ThatNobodyHoldsForAWhileIsNoEnd) {
  Monitored monitor(
      {.script = "tty=$(tty); exec <&- >&- 2>&-; read x <$DIR/go; exec >$tty; echo back",
       .arguments = {"-t"}});
  monitor.sync();
  Client client(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(client.hears("back\r\n"));
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonTerminal, GivesAllOfWhatWasWrittenLast) {
  Monitored monitor({.script = "stty raw; read x <$DIR/go; seq 1 100000", .arguments = {"-t"}});
  monitor.sync();
  Client client(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(client.hears_end());
  std::string wanted;
  for (int i = 1; i <= 100000; ++i) wanted += std::to_string(i) + "\n";
  expect_same(client.out(), wanted);
}

TEST(ConmonTerminal, HasTheSizeThatCameBeforeIt) {
  Monitored monitor({.script = "while test \"$(stty size)\" != \"40 110\"; do :; done",
                     .arguments = {"-t", "-e", "--exec-attach", "--exec-process-spec", "spec"}});
  monitor.attach_message();
  monitor.control("winsz", "20 30\n40 110\n");
  monitor.start();
  EXPECT_EQ(monitor.wait(), 0);
}

}  // namespace
}  // namespace conq::test
