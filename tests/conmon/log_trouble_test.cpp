// SPDX-License-Identifier: Apache-2.0
// A log that cannot be kept stops no container.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/own_mounts_linux.hpp"

namespace conq::test {
namespace {

TEST(ConmonLog, OnAFullDiskStopsNoContainer) {
  in_child([] {
    const TempDir disk;
    if (!own_mounts() || ::mount("none", disk.path().c_str(), "tmpfs", 0, "size=65536") != 0) {
      GTEST_SKIP() << "no mounts of our own here";
    }
    Monitored monitor({.script = "read x <$DIR/go; seq 1 100000; exit 3",
                       .arguments = {"-l", "k8s-file:" + (disk / "log")}});
    monitor.sync();
    Client client(monitor.bundle());
    monitor.go();
    EXPECT_TRUE(client.hears("\n100000\n"));
    EXPECT_EQ(monitor.wait(), 3);
    EXPECT_EQ(text_of(disk / "log").back(), '\n') << "no record is cut";
    ::umount(disk.path().c_str());
  });
}

TEST(ConmonLog, WhoseDirectoryIsGoneStopsNoContainer) {
  Monitored monitor({.script = "read x <$DIR/go; echo said; read x <$DIR/go2; exit 3",
                     .arguments = {"-l", "k8s-file:{dir}/persist/log"}});
  monitor.sync();
  Client client(monitor.bundle());
  std::filesystem::remove_all(monitor / "persist");
  monitor.control("ctl", "2 0 0\n");
  monitor.go();
  EXPECT_TRUE(client.hears("said\n"));
  monitor.go("go2");
  EXPECT_EQ(monitor.wait(), 3);
}

TEST(ConmonLog, ThatCannotBeOpenedIsToldAtOnce) {
  Monitored monitor({.arguments = {"-l", "k8s-file:/nonexistent/log"}});
  EXPECT_EQ(monitor.parent_status(), 1);
  EXPECT_NE(monitor.said().find("/nonexistent/log"), std::string::npos);
}

}  // namespace
}  // namespace conq::test
