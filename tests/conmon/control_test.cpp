// SPDX-License-Identifier: Apache-2.0
// The fifos by which a container is told of its window, and its log of a rotation.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/support/eventually.hpp"

namespace conq::test {
namespace {

/// Tells each size that it is given.
constexpr const char* sizes =
    "trap 'stty size' WINCH; read x <$DIR/go; echo ready; while ! test -e $DIR/stop; do sleep "
    "0.01; done";

class ConmonControl : public testing::Test {
 protected:
  Monitored monitor{{.script = sizes, .arguments = {"-t"}}};
  std::unique_ptr<Client> client;

  void SetUp() override {
    monitor.sync();
    client = std::make_unique<Client>(monitor.bundle());
    monitor.go();
    ASSERT_TRUE(client->hears("ready\r\n"));
  }
  void TearDown() override {
    std::ofstream(monitor / "stop") << "now";
    EXPECT_EQ(monitor.wait(), 0);
  }
};

TEST_F(ConmonControl, ResizesByEitherFifo) {
  monitor.control("ctl", "1 30 100\n");
  EXPECT_TRUE(client->hears("30 100\r\n"));
  monitor.control("winsz", "31 101\n");
  EXPECT_TRUE(client->hears("31 101\r\n"));
}

TEST_F(ConmonControl, TakesSeveralLinesInOneMessageAndHalfLines) {
  monitor.control("ctl", "1 10 20\n1 30 100\n");
  EXPECT_TRUE(client->hears("30 100\r\n"));
  monitor.control("ctl", "1 4");
  monitor.control("ctl", "0 ");
  monitor.control("ctl", "90\n1 41");
  EXPECT_TRUE(client->hears("40 90\r\n"));
  monitor.control("ctl", " 91\n");
  EXPECT_TRUE(client->hears("41 91\r\n"));
}

TEST_F(ConmonControl, SkipsWhatIsWrong) {
  for (const char* each : {"\n", "1\n", "1 2\n", "one two three\n", "1 -1 5\n", "1 5 70000\n",
                           "3 10 10\n", "1 99999999999999999999 5\n", "\xff\xfe\n", "-1 1 1\n"}) {
    monitor.control("ctl", each);
  }
  monitor.control("winsz", "5\n\nx y\n");
  monitor.control("ctl", "1 30 100\n");
  EXPECT_TRUE(client->hears("30 100\r\n"));
  EXPECT_EQ(client->out(), "ready\r\n30 100\r\n");
}

TEST_F(ConmonControl, SkipsALineThatIsHuge) {
  monitor.control("ctl", std::string(60000, '1'));
  monitor.control("ctl", std::string(5000, ' ') + "\n1 30 100\n");
  EXPECT_TRUE(client->hears("30 100\r\n"));
  EXPECT_EQ(client->out(), "ready\r\n30 100\r\n");
}

TEST(ConmonControlWithoutATerminal, ReopensTheLog) {
  Monitored monitor({.script = "echo before; read x <$DIR/go; echo after"});
  monitor.sync();
  ASSERT_TRUE(eventually([&] { return monitor.log() == "stdout F before\n"; }));
  std::filesystem::rename(monitor / "log", monitor / "log.1");
  monitor.control("ctl", "2 0 0\n");
  ASSERT_TRUE(eventually([&] { return text_of(monitor / "log").empty(); }));
  monitor.go();
  EXPECT_EQ(monitor.wait(), 0);
  EXPECT_EQ(monitor.log(), "stdout F after\n");
}

TEST(ConmonControlWithoutATerminal, IgnoresSizes) {
  Monitored monitor({.script = "read x <$DIR/go; exit 3"});
  monitor.sync();
  monitor.control("ctl", "1 30 100\n");
  monitor.control("winsz", "30 100\n");
  monitor.go();
  EXPECT_EQ(monitor.wait(), 3);
}

}  // namespace
}  // namespace conq::test
