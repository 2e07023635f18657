// SPDX-License-Identifier: Apache-2.0
// Those who attach to a container and listen.
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <memory>
#include <vector>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

std::size_t open_descriptors(pid_t pid) {
  std::size_t count = 0;
  for (const auto& each :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
    count += each.exists() ? 1U : 1U;
  }
  return count;
}

TEST(ConmonAttach, ShowsEachStreamFromTheFirstByteToTheEnd) {
  Monitored monitor({.script = "read x <$DIR/go; echo out; echo err >&2"});
  monitor.sync();
  Client client(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(client.hears_end());
  EXPECT_EQ(client.out(), "out\n");
  EXPECT_EQ(client.err(), "err\n");
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonAttach, ShowsAllToEachOfSeveral) {
  Monitored monitor({.script = "read x <$DIR/go; seq 1 50000", .arguments = {"-l", "none"}});
  monitor.sync();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Client>(monitor.bundle()));
  monitor.go();
  std::string wanted;
  for (int i = 1; i <= 50000; ++i) wanted += std::to_string(i) + "\n";
  for (const auto& each : clients) {
    EXPECT_TRUE(each->hears_end());
    expect_same(each->out(), wanted);
  }
}

TEST(ConmonAttach, ShowsNothingOfWhatWasBefore) {
  Monitored monitor({.script = "echo before; read x <$DIR/go; echo after"});
  monitor.sync();
  ASSERT_TRUE(eventually([&] { return monitor.log() == "stdout F before\n"; }));
  Client client(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(client.hears_end());
  EXPECT_EQ(client.out(), "after\n");
}

TEST(ConmonAttach, GoesOnWithoutOneThatVanishes) {
  Monitored monitor({.script = "read x <$DIR/go; echo one; read x <$DIR/go2; echo two"});
  monitor.sync();
  Client stays(monitor.bundle());
  Client leaves(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(stays.hears("one\n"));
  leaves.leave();
  monitor.go("go2");
  EXPECT_TRUE(stays.hears_end());
  EXPECT_EQ(stays.out(), "one\ntwo\n");
  EXPECT_EQ(monitor.log(), "stdout F one\nstdout F two\n");
}

TEST(ConmonAttach, HoldsNothingForThoseWhoAreGone) {
  Monitored monitor({.script = "read x <$DIR/go"});
  monitor.sync();
  const std::size_t before = open_descriptors(monitor.pid());
  for (int i = 0; i < 50; ++i) {
    Client client(monitor.bundle());
    if (i % 2 == 0) client.half_close();
  }
  // Whoever had half left is noticed when the next one comes.
  EXPECT_TRUE(eventually([&] {
    Client last(monitor.bundle());
    last.leave();
    return open_descriptors(monitor.pid()) <= before + 1;
  }));
  monitor.go();
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonAttach, TakesSomebodyInABundleWithALongPath) {
  const TempDir dir;
  std::string bundle = dir / "b";
  for (int i = 0; i < 3; ++i) bundle += "/" + std::string(100, 'x');
  Monitored monitor({.script = "read x <$DIR/go; echo said", .bundle = bundle});
  monitor.sync();
  Client client(bundle);
  monitor.go();
  EXPECT_TRUE(client.hears("said\n"));
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonAttach, TakesThePlaceOfASocketThatIsLeft) {
  const TempDir dir;
  for (const char* each : {"attach", "ctl", "winsz"}) dir.file(each, "in the way");
  Monitored monitor({.script = "read x <$DIR/go; echo said", .bundle = dir.path()});
  monitor.sync();
  Client client(dir.path());
  monitor.go();
  EXPECT_TRUE(client.hears("said\n"));
}

TEST(ConmonAttach, IsNotThereWithPassthrough) {
  Monitored monitor({.script = "read x <$DIR/go; exit 3", .arguments = {"-l", "passthrough"}});
  monitor.sync();
  EXPECT_FALSE(std::filesystem::exists(monitor.bundle() + "/attach"));
  EXPECT_FALSE(std::filesystem::exists(monitor.bundle() + "/ctl"));
  monitor.go();
  EXPECT_EQ(monitor.wait(), 3);
}

TEST(ConmonAttach, PassthroughGivesTheContainerTheMonitorsOwnStreams) {
  Monitored monitor({.script = "echo said >&2", .arguments = {"-l", "passthrough"}});
  EXPECT_EQ(monitor.said(), "said\n");
  EXPECT_EQ(monitor.wait(), 0);
}

}  // namespace
}  // namespace conq::test
