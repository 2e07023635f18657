// SPDX-License-Identifier: Apache-2.0
// The monitor with runc's containers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/oci/bundle.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;

class ConmonRunc : public testing::Test {
 protected:
  void SetUp() override {
    const std::string reason = bundle.why_not();
    if (!reason.empty()) GTEST_SKIP() << reason;
  }

  Setting setting(const std::string& script, std::vector<std::string> arguments) {
    const bool terminal = std::find(arguments.begin(), arguments.end(), "-t") != arguments.end();
    bundle.configure(script, terminal);
    arguments.insert(arguments.end(), {"--runtime-arg", "--root", "--runtime-arg", bundle.state()});
    return {.arguments = arguments,
            .runtime = "/usr/sbin/runc",
            .bundle = bundle.path(),
            .id = bundle.id()};
  }
  void start() {
    const RuntimeResult result = bundle.start();
    EXPECT_EQ(result.status, ExitStatus{}) << result.said;
  }

  Bundle bundle;
};

TEST_F(ConmonRunc, RunsAContainerOnPipes) {
  Monitored monitor(setting("cat; echo err >&2; exit 7", {"-i"}));
  EXPECT_THAT(monitor.sync(), HasSubstr("{\"data\": "));
  Client client(bundle.path());
  start();
  const std::string text = numbered(200'000);
  for (std::size_t at = 0; at < text.size(); at += 20'000) client.type(text.substr(at, 20'000));
  client.half_close();
  EXPECT_TRUE(client.hears_end());
  expect_same(client.out(), text);
  EXPECT_EQ(client.err(), "err\n");
  EXPECT_EQ(monitor.wait(), 7);
  EXPECT_EQ(monitor.exit_file().substr(0, 1), "7");
}

TEST_F(ConmonRunc, RunsAContainerInATerminal) {
  Monitored monitor(
      setting("while test \"$(stty size 2>/dev/null)\" != \"30 100\"; do :; done; echo hi; exit 7",
              {"-t"}));
  EXPECT_THAT(monitor.sync(), HasSubstr("{\"data\": "));
  monitor.control("ctl", "1 30 100\n");
  Client client(bundle.path());

  start();
  EXPECT_TRUE(client.hears_end());
  EXPECT_EQ(client.out(), "hi\r\n");
  EXPECT_EQ(monitor.wait(), 7);
}

TEST_F(ConmonRunc, TellsWhyAContainerCannotBeMade) {
  const Setting broken = setting("exit 7", {});
  bundle.configure("exit 7", false, "no-such-file-system");
  Monitored monitor(broken);
  EXPECT_THAT(monitor.sync(), HasSubstr("{\"data\": -1, \"message\": \""));
  EXPECT_EQ(monitor.wait(), 1);
}

}  // namespace
}  // namespace conq::test
