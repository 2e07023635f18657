// SPDX-License-Identifier: Apache-2.0
// Clients that take their time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

std::string count_to(int last) {
  std::string text;
  for (int i = 1; i <= last; ++i) text += std::to_string(i) + "\n";
  return text;
}

TEST(ConmonSlowClient, StopsNobodyUntilItsBufferIsFull) {
  // Less than a MiB.
  Monitored monitor(
      {.script = "read x <$DIR/go; seq 1 140000; touch $DIR/written; read x <$DIR/go2",
       .arguments = {"-l", "none"}});
  monitor.sync();
  Client slow(monitor.bundle());
  Client quick(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(quick.hears("\n140000\n"));
  EXPECT_TRUE(eventually([&] { return text_of(monitor / "written") != "none"; }));
  EXPECT_TRUE(slow.hears("\n140000\n"));
  expect_same(slow.out(), quick.out());
  monitor.go("go2");
}

TEST(ConmonSlowClient, ThatTakesNothingIsCutOffAndNobodyElseLosesAnything) {
  Monitored monitor({.script = "read x <$DIR/go; seq 1 1000000"});
  monitor.sync();
  Client stuck(monitor.bundle());
  Client quick(monitor.bundle());
  const auto begun = std::chrono::steady_clock::now();
  monitor.go();
  EXPECT_TRUE(quick.hears_end());
  const auto taken = std::chrono::steady_clock::now() - begun;
  expect_same(quick.out(), count_to(1000000));
  EXPECT_GE(taken, std::chrono::seconds(4)) << "it was waited for";
  EXPECT_EQ(monitor.wait(), 0);
  EXPECT_TRUE(stuck.hears_end());
  const std::string wanted = count_to(1000000);
  EXPECT_LT(stuck.out().size(), wanted.size());
  expect_same(stuck.out(), wanted.substr(0, stuck.out().size()));
}

TEST(ConmonSlowClient, ThatOnlyPausesLosesNothing) {
  Monitored monitor({.script = "read x <$DIR/go; seq 1 1000000; touch $DIR/written",
                     .arguments = {"-l", "none"}});
  monitor.sync();
  Client slow(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(slow.hears("\n1000\n"));
  // Until the monitor has stopped reading, as the container cannot write on.
  EXPECT_EQ(text_of(monitor / "written"), "none");
  EXPECT_TRUE(slow.hears_end());
  expect_same(slow.out(), count_to(1000000));
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonSlowClient, HasTheLastBytesBeforeTheEnd) {
  Monitored monitor({.script = "read x <$DIR/go; seq 1 140000", .arguments = {"-l", "none"}});
  monitor.sync();
  Client slow(monitor.bundle());
  monitor.go();
  EXPECT_TRUE(eventually([&] {
    return ::access(("/proc/" + std::to_string(monitor.container())).c_str(), F_OK) != 0;
  }));
  EXPECT_EQ(monitor.exit_file(), "none") << "its client comes first";
  EXPECT_TRUE(slow.hears_end());
  expect_same(slow.out(), count_to(140000));
  EXPECT_EQ(monitor.wait(), 0);
}

}  // namespace
}  // namespace conq::test
