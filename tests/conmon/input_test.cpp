// SPDX-License-Identifier: Apache-2.0
// What clients type for a container.
#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/in_thread.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

TEST(ConmonInput, ComesInOrderHoweverMuchItIs) {
  Monitored monitor({.script = "exec cat", .arguments = {"-i", "-l", "none"}});
  monitor.sync();
  Client client(monitor.bundle());
  const std::string wanted = numbered(3'000'000);
  const InThread writer([&] {
    for (std::size_t at = 0; at < wanted.size(); at += 32768) client.type(wanted.substr(at, 32768));
    client.half_close();
  });
  EXPECT_TRUE(client.hears_end());
  expect_same(client.out(), wanted);
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonInput, OfSeveralComesMessageByMessage) {
  Monitored monitor({.script = "echo \"$(head -c 12)\"", .arguments = {"-i"}});
  monitor.sync();
  Client first(monitor.bundle());
  Client second(monitor.bundle());
  for (int i = 0; i < 3; ++i) {
    first.type("ab");
    second.type("cd");
  }
  EXPECT_EQ(monitor.wait(), 0);
  const std::string log = monitor.log();
  const std::string said = log.substr(log.rfind(' ') + 1, 12);
  int first_ones = 0;
  for (std::size_t i = 0; i + 1 < said.size(); i += 2) {
    EXPECT_TRUE(said.substr(i, 2) == "ab" || said.substr(i, 2) == "cd") << said;
    first_ones += static_cast<int>(said.substr(i, 2) == "ab");
  }
  EXPECT_EQ(first_ones, 3);
}

TEST(ConmonInput, EndsWhenAClientEndsItAndTheClientStillListens) {
  Monitored monitor({.script = "cat >$DIR/got; echo done", .arguments = {"-i"}});
  monitor.sync();
  Client client(monitor.bundle());
  client.type("typed");
  client.half_close();
  EXPECT_TRUE(client.hears_end());
  EXPECT_EQ(client.out(), "done\n");
  EXPECT_EQ(text_of(monitor / "got"), "typed");
}

TEST(ConmonInput, EndsForGoodWithTheFirstWhoEndsIt) {
  Monitored monitor({.script = "cat; read x <$DIR/go; echo done", .arguments = {"-i"}});
  monitor.sync();
  Client first(monitor.bundle());
  first.half_close();
  Client second(monitor.bundle());
  second.type("too late");
  monitor.go();
  EXPECT_TRUE(second.hears_end());
  EXPECT_EQ(second.out(), "done\n");
}

TEST(ConmonInput, StaysOpenIfAskedFor) {
  Monitored monitor({.script = "echo \"$(head -c 6)\"", .arguments = {"-i", "--leave-stdin-open"}});
  monitor.sync();
  {
    Client first(monitor.bundle());
    first.type("one");
  }
  Client second(monitor.bundle());
  second.type("two");
  EXPECT_EQ(monitor.wait(), 0);
  EXPECT_EQ(monitor.log(), "stdout F onetwo\n");
}

TEST(ConmonInput, OfSomebodyWhoHasLeftIsDeliveredAllTheSame) {
  Monitored monitor({.script = "echo up; echo \"$(cat)\"", .arguments = {"-i"}});
  monitor.sync();
  Client client(monitor.bundle());
  monitor.signal(SIGSTOP);
  client.type("one ");
  client.type("two ");
  client.type("three\n");
  client.leave();
  monitor.signal(SIGCONT);
  EXPECT_EQ(monitor.wait(), 0);
  EXPECT_EQ(monitor.log(), "stdout F up\nstdout F one two three\n");
}

TEST(ConmonInput, OfSomebodyWhoLeftOutputUnreadIsDeliveredAllTheSame) {
  Monitored monitor(
      {.script = "read x <$DIR/go; echo unread; echo more; echo \"$(cat)\"", .arguments = {"-i"}});
  monitor.sync();
  Client client(monitor.bundle());
  monitor.go();
  ASSERT_TRUE(wait_readable(client.fd()));
  ASSERT_TRUE(eventually([&] { return monitor.log() == "stdout F unread\nstdout F more\n"; }));
  monitor.signal(SIGSTOP);
  client.type("typed\n");
  client.leave();
  monitor.signal(SIGCONT);
  EXPECT_EQ(monitor.wait(), 0);
  EXPECT_EQ(monitor.log(), "stdout F unread\nstdout F more\nstdout F typed\n");
}

TEST(ConmonInput, OfSomebodyWhoHasLeftSurvivesOutputThatNobodyTakes) {
  Monitored monitor({.script = "read x <$DIR/go; echo output; exec cat", .arguments = {"-i"}});
  monitor.sync();
  Client client(monitor.bundle());
  monitor.signal(SIGSTOP);
  for (int i = 0; i < 20; ++i) client.type(std::to_string(i) + "\n");
  client.leave();
  monitor.go();
  ASSERT_TRUE(eventually([&] {
    return text_of("/proc/" + std::to_string(monitor.container()) + "/comm") == "cat\n";
  })) << "the output is there";
  monitor.signal(SIGCONT);
  EXPECT_EQ(monitor.wait(), 0);
  std::string wanted = "stdout F output\n";
  for (int i = 0; i < 20; ++i) wanted += "stdout F " + std::to_string(i) + "\n";
  EXPECT_EQ(monitor.log(), wanted);
}

TEST(ConmonInput, ThatTheContainerDoesNotReadStopsNobodyElse) {
  Monitored monitor(
      {.script = "read x <$DIR/go; echo said; read x <$DIR/go2", .arguments = {"-i"}});
  monitor.sync();
  Client typing(monitor.bundle());
  Client listening(monitor.bundle());
  const std::string text(32768, 'x');
  for (int i = 0; i < 4; ++i) typing.type(text);
  monitor.go();
  EXPECT_TRUE(listening.hears("said\n"));
  monitor.go("go2");
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonInput, ThatTheContainerHasClosedIsDropped) {
  Monitored monitor(
      {.script = "exec <&-; read x <$DIR/go; echo said; read x <$DIR/go2", .arguments = {"-i"}});
  monitor.sync();
  Client client(monitor.bundle());
  for (int i = 0; i < 100; ++i) client.type(std::string(32768, 'x'));
  monitor.go();
  EXPECT_TRUE(client.hears("said\n"));
  monitor.go("go2");
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonInput, IsNoneWithoutTheFlag) {
  Monitored monitor({.script = "wc -c; readlink /proc/self/fd/0"});
  EXPECT_EQ(monitor.wait(), 0);
  EXPECT_EQ(monitor.log(), "stdout F 0\nstdout F /dev/null\n");
}

TEST(ConmonInput, OfGarbageIsBytesLikeOthers) {
  Monitored monitor({.script = "exec cat", .arguments = {"-i", "-l", "none"}});
  monitor.sync();
  Client client(monitor.bundle());
  std::string garbage(32768, '\0');
  for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 7919 >> 3);
  client.type(garbage);
  client.half_close();
  EXPECT_TRUE(client.hears_end());
  expect_same(client.out(), garbage);
}

}  // namespace
}  // namespace conq::test
