// SPDX-License-Identifier: Apache-2.0
// A container's end, as the engine hears of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/support/eventually.hpp"

namespace conq::test {
namespace {

std::vector<std::string> shell_command(const std::string& script) {
  return {"--exit-command", "/bin/sh", "--exit-command-arg", "-c", "--exit-command-arg", script};
}

TEST(ConmonEnd, IsInTheExitFileWithoutANewline) {
  for (const auto& [script, status] : std::vector<std::pair<std::string, int>>{
           {"exit 0", 0}, {"exit 255", 255}, {"kill -9 $$", 137}, {"kill -15 $$", 143}}) {
    Monitored monitor({.script = script});
    EXPECT_EQ(monitor.wait(), status) << script;
    EXPECT_EQ(monitor.exit_file(), std::to_string(status)) << script;
    int files = 0;
    for (const auto& each : std::filesystem::directory_iterator(monitor / "exits")) {
      files += static_cast<int>(each.is_regular_file());
    }
    EXPECT_EQ(files, 1) << "nothing is left beside it";
  }
}

TEST(ConmonEnd, IsInTheLastingDirectoryToo) {
  Monitored monitor({.script = "exit 3", .arguments = {"--persist-dir", "{dir}/persist"}});
  EXPECT_EQ(monitor.wait(), 3);
  EXPECT_EQ(text_of(monitor / "persist/exit"), "3");
}

TEST(ConmonEnd, IsToldThoughTheExitFileCannotBeWritten) {
  std::vector<std::string> arguments = shell_command("echo run >$DIR/cleaned");
  arguments.insert(arguments.end(), {"--exit-dir", "/nonexistent"});
  Monitored monitor({.script = "exit 3", .arguments = arguments});
  EXPECT_EQ(monitor.wait(), 3);
  EXPECT_EQ(text_of(monitor / "cleaned"), "run\n");
}

TEST(ConmonEnd, RunsTheExitCommandAfterAllElse) {
  Monitored monitor(
      {.script = "echo last; exit 3",
       .arguments = shell_command("exec >$DIR/cleaned; cat $DIR/exits/*; echo; wc -l <$DIR/log; "
                                  "ls /proc/$$/fd; grep SigBlk /proc/self/status; exit 0")});
  EXPECT_EQ(monitor.wait(), 3);
  EXPECT_EQ(text_of(monitor / "cleaned"), "3\n1\n0\n1\n2\nSigBlk:\t0000000000000000\n");
}

TEST(ConmonEnd, WaitsForTheExitCommandButNotItsEngine) {
  Monitored monitor({.script = "exit 3", .arguments = shell_command("read x <$DIR/go; exit 9")});
  EXPECT_NE(monitor.sync(), "");
  EXPECT_EQ(monitor.sync(), "") << "the pipe ends before";
  EXPECT_EQ(monitor.exit_file(), "3");
  EXPECT_FALSE(monitor.has_ended());
  monitor.go();
  EXPECT_EQ(monitor.wait(), 9);
}

TEST(ConmonEnd, DelaysTheExitCommand) {
  std::vector<std::string> arguments = shell_command("touch $DIR/cleaned");
  arguments.insert(arguments.end(), {"--exit-delay", "1"});
  Monitored monitor({.script = "exit 3", .arguments = arguments});
  EXPECT_EQ(monitor.wait(), 3);
  struct stat exit_file {};
  struct stat cleaned {};
  ASSERT_EQ(::stat((monitor / "exits/0123456789abcdef").c_str(), &exit_file), 0);
  ASSERT_EQ(::stat((monitor / "cleaned").c_str(), &cleaned), 0);
  const auto between = (cleaned.st_mtim.tv_sec - exit_file.st_mtim.tv_sec) * 1000 +
                       (cleaned.st_mtim.tv_nsec - exit_file.st_mtim.tv_nsec) / 1000000;
  EXPECT_GE(between, 990);
}

TEST(ConmonEnd, ComesAfterTheLastByteOfWhatItWrote) {
  Monitored monitor({.script = "seq 1 20000; seq 1 20000 >&2"});
  EXPECT_EQ(monitor.wait(), 0);
  const std::string log = monitor.log();
  EXPECT_NE(log.find("stdout F 20000\n"), std::string::npos);
  EXPECT_NE(log.find("stderr F 20000\n"), std::string::npos);
}

TEST(ConmonEnd, DoesNotWaitForWhomItLeftBehind) {
  Monitored monitor({.script = "(read x <$DIR/go; echo late) & echo early; exit 4"});
  EXPECT_EQ(monitor.wait(), 4);
  EXPECT_EQ(monitor.log(), "stdout F early\n");
  monitor.go();
}

TEST(ConmonEnd, DoesNotWaitForWhomItLeftWritingForEver) {
  Monitored monitor(
      {.script = "yes & echo $! >$DIR/yes; read x <$DIR/go; exit 4", .arguments = {"-l", "none"}});
  monitor.sync();
  monitor.go();
  EXPECT_EQ(monitor.wait(), 4);
  const pid_t left = std::stoi(text_of(monitor / "yes"));
  ASSERT_GT(left, 0);
  ::kill(left, SIGKILL);
}

TEST(ConmonEnd, ByTheTimeLimitKillsAllOfTheProcessGroup) {
  Monitored monitor(
      {.script = "sleep 1000 & echo $! >$DIR/sleep; wait", .arguments = {"--timeout", "1"}});
  EXPECT_EQ(monitor.wait(), 255);
  EXPECT_EQ(monitor.exit_file(), "-1");
  const pid_t sleeper = std::stoi(text_of(monitor / "sleep"));
  EXPECT_TRUE(eventually([&] {
    const std::string status = text_of("/proc/" + std::to_string(sleeper) + "/stat");
    return status == "none" || status.find(") Z ") != std::string::npos;
  }));
}

TEST(ConmonEnd, BeforeTheTimeLimitIsAnyOther) {
  Monitored monitor({.script = "exit 3", .arguments = {"--timeout=1000"}});
  EXPECT_EQ(monitor.wait(), 3);
  EXPECT_EQ(monitor.exit_file(), "3");
}

TEST(ConmonEnd, IsAskedForBySignalsThatArePassedOn) {
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) {
    Monitored monitor(
        {.script = "trap 'exit 7' TERM INT QUIT; echo up; while :; do sleep 0.1; done"});
    monitor.sync();
    ASSERT_TRUE(eventually([&] { return monitor.log() == "stdout F up\n"; }));
    monitor.signal(signal);
    EXPECT_EQ(monitor.wait(), 7) << signal;
  }
}

TEST(ConmonEnd, IsNotAskedForByUsr1) {
  Monitored monitor({.script = "read x <$DIR/go; exit 3"});
  monitor.sync();
  monitor.signal(SIGUSR1);
  monitor.go();
  EXPECT_EQ(monitor.wait(), 3);
}

TEST(ConmonEnd, OfAKilledMonitorLeavesTheContainerRunning) {
  Monitored monitor({.script = "trap '' PIPE; read x <$DIR/go; read x <$DIR/go2"});
  monitor.sync();
  monitor.signal(SIGKILL);
  EXPECT_EQ(monitor.wait(), 128 + SIGKILL);
  monitor.go();
  EXPECT_EQ(::kill(monitor.container(), 0), 0);
  monitor.go("go2");
}

}  // namespace
}  // namespace conq::test
