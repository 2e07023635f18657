// SPDX-License-Identifier: Apache-2.0
// Runtimes that do not do what they are asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>

#include "tests/conmon/monitored.hpp"
#include "tests/support/eventually.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<std::string> exit_command = {"--exit-command",     "/bin/sh",
                                               "--exit-command-arg", "-c",
                                               "--exit-command-arg", "echo run >>$DIR/cleaned"};

std::vector<std::string> with_terminal() {
  std::vector<std::string> words = exit_command;
  words.emplace_back("-t");
  return words;
}

/// The monitor has told `message`, cleaned up, and left nothing.
void expect_failure(Monitored& monitor, const std::string& message) {
  EXPECT_EQ(monitor.sync(), message);
  EXPECT_EQ(monitor.sync(), "");
  EXPECT_EQ(monitor.wait(), 1);
  EXPECT_EQ(text_of(monitor / "cleaned"), "run\n");
  EXPECT_EQ(monitor.exit_file(), "none");
  if (monitor.container() > 0) {
    EXPECT_TRUE(eventually([&] {
      ::waitpid(monitor.container(), nullptr, WNOHANG);
      return ::kill(monitor.container(), 0) != 0 && errno == ESRCH;
    })) << "the container is left";
  }
}

TEST(ConmonRuntime, ThatFailsIsToldInItsOwnWords) {
  Monitored monitor({.arguments = exit_command,
                     .trouble = "fail",
                     .words = "no \"such\"\tthing:\\\n\x01\x7f \xc3\xa4"});
  expect_failure(monitor,
                 "{\"data\": -1, \"message\": \"no \\\"such\\\"\\tthing:\\\\\\n"
                 "\\u0001\\u007f \xc3\xa4\"}\n");
}

TEST(ConmonRuntime, ThatFailsForAnExecIsToldAlike) {
  std::vector<std::string> arguments = exit_command;
  arguments.insert(arguments.end(), {"-e", "--exec-process-spec", "spec"});
  Monitored monitor({.arguments = arguments, .trouble = "fail", .words = "cannot"});
  expect_failure(monitor, "{\"data\": -1, \"message\": \"cannot\"}\n");
}

TEST(ConmonRuntime, ThatSaysMuchIsCutAtWhatPodmanTakes) {
  Monitored monitor(
      {.arguments = exit_command, .trouble = "fail", .words = std::string(100000, 'x')});
  expect_failure(monitor, "{\"data\": -1, \"message\": \"" + std::string(8191, 'x') + "\"}\n");
}

TEST(ConmonRuntime, ThatFailsWithATerminalIsToldInItsOwnWords) {
  Monitored monitor({.arguments = with_terminal(), .trouble = "fail", .words = "cannot"});
  expect_failure(monitor, "{\"data\": -1, \"message\": \"cannot\"}\n");
}

TEST(ConmonRuntime, ThatFailsWithoutAWordIsToldAllTheSame) {
  Monitored monitor({.arguments = exit_command, .trouble = "fail"});
  expect_failure(monitor,
                 "{\"data\": -1, \"message\": \"Failed to create container: exit status 1\"}\n");
}

TEST(ConmonRuntime, ThatSendsNoConsoleIsTold) {
  const TempDir sockets;
  Monitored monitor({.script = "exec sleep 1000",
                     .arguments = with_terminal(),
                     .environment = {"XDG_RUNTIME_DIR=" + sockets.path().string()},
                     .trouble = "no-console"});
  expect_failure(monitor, "{\"data\": -1, \"message\": \"Runtime did not set up terminal\"}\n");
  EXPECT_TRUE(std::filesystem::is_empty(sockets.path())) << "its socket is left";
}

TEST(ConmonRuntime, ThatSendsSomethingElseForAConsoleIsTold) {
  Monitored monitor({.arguments = with_terminal(), .trouble = "no-pty"});
  const std::string message = monitor.sync();
  EXPECT_THAT(message, StartsWith("{\"data\": -1, \"message\": \""));
  EXPECT_EQ(monitor.wait(), 1);
}

TEST(ConmonRuntime, ThatWritesNoPidfileIsTold) {
  Monitored monitor({.arguments = exit_command, .trouble = "no-pidfile"});
  EXPECT_THAT(monitor.sync(), HasSubstr("pidfile: No such file or directory"));
  EXPECT_EQ(monitor.wait(), 1);
}

TEST(ConmonRuntime, ThatWritesNoPidIsTold) {
  Monitored monitor({.arguments = exit_command, .trouble = "wrong-pidfile"});
  EXPECT_THAT(monitor.sync(), HasSubstr("no process id in "));
  EXPECT_EQ(monitor.wait(), 1);
}

TEST(ConmonRuntime, ThatHangsIsEndedByASignalToTheMonitor) {
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) {
    Monitored monitor({.arguments = exit_command, .trouble = "hang"});
    ASSERT_TRUE(eventually([&] { return monitor.noted("listen_pid") != "none"; }));
    EXPECT_FALSE(monitor.has_sync());
    monitor.signal(signal);
    expect_failure(monitor,
                   "{\"data\": -1, \"message\": \"Failed to create container: exit status " +
                       std::to_string(128 + signal) + "\"}\n");
  }
}

TEST(ConmonRuntime, EndsWithTheMonitor) {
  Monitored monitor({.trouble = "hang"});
  ASSERT_TRUE(eventually([&] { return monitor.noted("listen_pid") != "none"; }));
  const pid_t runtime = std::stoi(monitor.noted("runtime.pid"));
  monitor.signal(SIGKILL);
  EXPECT_EQ(monitor.wait(), 128 + SIGKILL);
  EXPECT_TRUE(eventually([&] {
    const std::string status = text_of("/proc/" + std::to_string(runtime) + "/stat");
    return status == "none" || status.find(") Z ") != std::string::npos;
  }));
}

}  // namespace
}  // namespace conq::test
