// SPDX-License-Identifier: Apache-2.0
// What the engine sees of a monitor's start.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <regex>
#include <sstream>

#include "conq/conq.hpp"
#include "tests/conmon/client.hpp"
#include "tests/conmon/monitored.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string output_of(const std::vector<std::string>& arguments, ExitStatus& status) {
  Poller poller;
  std::vector<std::string> argv = {CONQ_CONMON};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  Process process = Process::spawn(poller, {.argv = argv});
  std::string said = read_to_end_of(process.console());
  status = process.wait();
  return said;
}

TEST(ConmonStart, SaysAVersionThatPodmanTakes) {
  ExitStatus status;
  EXPECT_THAT(output_of({"--version"}, status),
              MatchesRegex("conmon version 2\\.1\\.[0-9]+\r\ncommit: .*\r\n"));
  EXPECT_EQ(status, ExitStatus{});
}

TEST(ConmonStart, HasAManPageWithEachOfItsFlags) {
  ExitStatus status;
  const std::string help = output_of({"--help"}, status);
  EXPECT_EQ(status, ExitStatus{});
  const std::string page = text_of(CONQ_MAN_PAGE);
  std::smatch flag;
  int flags = 0;
  for (std::string rest = help; std::regex_search(rest, flag, std::regex(" --([a-z-]+)"));
       ++flags) {
    EXPECT_THAT(page, HasSubstr("Fl \\&-" + flag[1].str())) << "--" << flag[1];
    rest = flag.suffix();
  }
  EXPECT_GT(flags, 40);
}

TEST(ConmonStart, RefusesWhatItDoesNotKnow) {
  ExitStatus status;
  EXPECT_THAT(output_of({"--no-such-flag"}, status), HasSubstr("[conmon:e]: "));
  EXPECT_EQ(status.code, 1);
}

TEST(ConmonStart, RefusesWhatItCannotDoBeforeItForks) {
  for (const char* each : {"--restore", "--seccomp-notify-socket"}) {
    Monitored monitor({.arguments = {each, "/somewhere"}});
    EXPECT_EQ(monitor.parent_status(), 1) << each;
    EXPECT_THAT(monitor.said(), MatchesRegex("\\[conmon:e\\]: .*cannot restore.*\n|"
                                             "\\[conmon:e\\]: .*seccomp.*\n"));
    EXPECT_EQ(text_of(monitor / "conmon.pid"), "none");
  }
}

TEST(ConmonStart, WaitsForTheStartPipeBeforeItForks) {
  Monitored monitor({.script = "exit 5", .start = false});
  // Long enough to have done it, were it not for the pipe.
  ExitStatus status;
  output_of({"--version"}, status);
  EXPECT_EQ(text_of(monitor / "conmon.pid"), "none");
  EXPECT_FALSE(monitor.has_sync());
  monitor.start();
  EXPECT_EQ(monitor.parent_status(), 0);
  EXPECT_EQ(monitor.wait(), 5);
}

TEST(ConmonStart, TakesTheEndOfTheStartPipeForItsByte) {
  Monitored monitor({.script = "exit 5", .environment = {"_OCI_STARTPIPE=0"}});
  EXPECT_EQ(monitor.parent_status(), 0);
  EXPECT_EQ(monitor.wait(), 5);
}

TEST(ConmonStart, RefusesAPipeThatIsNone) {
  Monitored monitor({.environment = {"_OCI_SYNCPIPE=three"}});
  EXPECT_EQ(monitor.parent_status(), 1);
  EXPECT_THAT(monitor.said(), HasSubstr("_OCI_SYNCPIPE=three"));
}

TEST(ConmonStart, WritesItsPidWithoutANewline) {
  Monitored monitor({.script = "read x <$DIR/go"});
  EXPECT_EQ(monitor.parent_status(), 0);
  EXPECT_THAT(text_of(monitor / "conmon.pid"), MatchesRegex("[0-9]+"));
  monitor.signal(0);
  monitor.sync();
  monitor.go();
  EXPECT_EQ(monitor.wait(), 0);
}

TEST(ConmonStart, TellsWhereItsPidCannotBeWritten) {
  Monitored monitor({.arguments = {"--conmon-pidfile", "/nonexistent/pid"}});
  EXPECT_EQ(monitor.parent_status(), 1);
  EXPECT_THAT(monitor.said(), HasSubstr("Failed to write conmon pidfile"));
  EXPECT_EQ(monitor.sync(), "") << "it ends";
}

TEST(ConmonStart, LetsStandardStreamsGo) {
  Monitored monitor({.script = "read x <$DIR/go"});
  EXPECT_EQ(monitor.parent_status(), 0);
  EXPECT_EQ(monitor.said(), "") << "podman waits for its end";
  monitor.sync();
  monitor.go();
}

TEST(ConmonStart, TellsThePidOfTheContainer) {
  Monitored monitor({.script = "read x <$DIR/go"});
  const std::string message = monitor.sync();
  EXPECT_EQ(message, "{\"data\": " + std::to_string(monitor.container()) + "}\n");
  struct stat attach {};
  struct stat fifo {};
  EXPECT_EQ(::stat((monitor.bundle() + "/attach").c_str(), &attach), 0) << "by then";
  EXPECT_EQ(attach.st_mode, static_cast<mode_t>(S_IFSOCK | 0700));
  for (const char* each : {"/ctl", "/winsz"}) {
    EXPECT_EQ(::stat((monitor.bundle() + each).c_str(), &fifo), 0);
    EXPECT_EQ(fifo.st_mode, static_cast<mode_t>(S_IFIFO | 0640)) << each << ", as conmon makes it";
  }
  monitor.go();
  EXPECT_EQ(monitor.sync(), "") << "then its end";
}

TEST(ConmonStart, OfTheOldKindTellsThePidByItsName) {
  Monitored monitor({.script = "exit 3", .api_version = false});
  EXPECT_THAT(monitor.sync(), MatchesRegex("\\{\"pid\": [0-9]+\\}\n"));
  EXPECT_EQ(monitor.wait(), 3);
}

TEST(ConmonStart, WithoutAForkIsTheMonitorItself) {
  Monitored monitor({.script = "exit 6", .arguments = {"--sync"}});
  EXPECT_EQ(monitor.parent_status(), 6);
  EXPECT_EQ(monitor.exit_file(), "6");
}

TEST(ConmonStart, GivesTheRuntimeItsCommandLine) {
  Monitored monitor(
      {.arguments = {"-s", "--runtime-arg", "--log", "--runtime-arg=FILE", "--no-pivot",
                     "--no-new-keyring", "--runtime-opt", "--file-locks"}});
  monitor.wait();
  EXPECT_THAT(lines_of(monitor.noted("command")),
              ElementsAre("--systemd-cgroup", "--log", "FILE", "create", "--bundle",
                          monitor.bundle(), "--pid-file", monitor / "pidfile", "--no-pivot",
                          "--no-new-keyring", "--file-locks", "0123456789abcdef"));
}

TEST(ConmonStart, GivesTheRuntimeASignalMaskOfOld) {
  Monitored monitor({.script = "grep -E 'SigBlk|SigIgn' /proc/self/status"});
  monitor.wait();
  EXPECT_EQ(monitor.log(),
            "stdout F SigBlk:\t0000000000000000\nstdout F SigIgn:\t0000000000000000\n");
}

TEST(ConmonStart, GivesTheRuntimeTheListeningPid) {
  Monitored others({.environment = {"LISTEN_PID=1"}});
  others.wait();
  EXPECT_EQ(others.noted("listen_pid"), "1") << "somebody else's";
  Monitored replaced({.arguments = {"--replace-listen-pid"}, .environment = {"LISTEN_PID=1"}});
  replaced.wait();
  EXPECT_EQ(replaced.noted("listen_pid"), replaced.noted("runtime.pid"));
}

TEST(ConmonStart, MakesALinkToTheBundleUnlessTheWholePathIsWanted) {
  Monitored monitor({.script = "read x <$DIR/go",
                     .arguments = {"--socket-dir-path", "{dir}"},
                     .full_attach = false});
  monitor.sync();
  const std::string link = monitor / "0123456789abcdef";
  Client client(link);
  monitor.go();
  EXPECT_TRUE(client.hears_end());
  monitor.wait();
  struct stat file {};
  EXPECT_NE(::lstat(link.c_str(), &file), 0) << "gone at the end";
}

TEST(ConmonStart, HoldsInheritedDescriptorsUntilTheEnd) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(&ends[0], O_NONBLOCK | O_CLOEXEC), 0);
  const Fd reader(ends[0]);
  Fd writer(::fcntl(ends[1], F_DUPFD, 50));  // not close-on-exec, and no number of the engine's
  ::close(ends[1]);
  Monitored monitor({.script = "read x <$DIR/go; read x <$DIR/go2",
                     .arguments = {"--exit-command", "/bin/sh", "--exit-command-arg", "-c",
                                   "--exit-command-arg", "read x <$DIR/go3"}});
  monitor.sync();
  monitor.go();
  writer.reset();
  char byte = 0;
  EXPECT_EQ(::read(reader.get(), &byte, 1), -1) << "the monitor has it, too";
  monitor.go("go2");
  EXPECT_TRUE(wait_readable(reader.get()));
  EXPECT_EQ(::read(reader.get(), &byte, 1), 0) << "closed though the exit command runs";
  monitor.go("go3");
  EXPECT_EQ(monitor.wait(), 0);
}

}  // namespace
}  // namespace conq::test
