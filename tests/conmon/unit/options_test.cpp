// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <sstream>

#include "tests/support/in_child.hpp"

namespace conq::conmon {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Words = std::vector<std::string>;
using Driver = LogTarget::Driver;

/// With what no command line may lack.
Options parsed(const Words& words) {
  Words all{"-c", "0123456789abcdef", "-u", "session", "-r", "/bin/true", "-l", "none"};
  all.insert(all.end(), words.begin(), words.end());
  return parse_options(all);
}

TEST(Options, TakeACommandLineOfPodman4) {
  const Options options = parse_options({"--api-version",
                                         "1",
                                         "-c",
                                         "4c1d5b0e2f",
                                         "-u",
                                         "4c1d5b0e2f",
                                         "-r",
                                         "/bin/true",
                                         "-b",
                                         "/run/ctr/userdata",
                                         "-p",
                                         "/run/ctr/pidfile",
                                         "-n",
                                         "web",
                                         "--exit-dir",
                                         "/run/exits",
                                         "--full-attach",
                                         "-s",
                                         "-l",
                                         "k8s-file:/run/ctr/ctr.log",
                                         "--log-level",
                                         "debug",
                                         "--syslog",
                                         "-t",
                                         "-i",
                                         "--runtime-arg",
                                         "--log-format=json",
                                         "--runtime-arg",
                                         "--log",
                                         "--runtime-arg",
                                         "/run/ctr/oci-log",
                                         "--conmon-pidfile",
                                         "/run/ctr/conmon.pid",
                                         "--log-size-max",
                                         "8192",
                                         "--log-tag",
                                         "tag",
                                         "--sdnotify-socket=/run/notify",
                                         "--timeout=7",
                                         "--exit-delay",
                                         "3",
                                         "--exit-command",
                                         "/usr/bin/podman",
                                         "--exit-command-arg",
                                         "--root",
                                         "--exit-command-arg",
                                         "/var/lib",
                                         "--exit-command-arg",
                                         "--network-config-dir",
                                         "--exit-command-arg",
                                         "",
                                         "--exit-command-arg",
                                         "container",
                                         "--runtime-opt",
                                         "--preserve-fds",
                                         "--runtime-opt",
                                         "2",
                                         "--no-new-keyring",
                                         "--no-pivot"});
  EXPECT_TRUE(options.api_version && options.full_attach && options.systemd_cgroup);
  EXPECT_TRUE(options.syslog && options.terminal && options.stdin_open);
  EXPECT_TRUE(options.no_new_keyring && options.no_pivot);
  EXPECT_FALSE(options.exec || options.exec_attach || options.sync || options.no_sync_log);
  EXPECT_EQ(options.cid, "4c1d5b0e2f");
  EXPECT_EQ(options.cuuid, "4c1d5b0e2f");
  EXPECT_EQ(options.runtime, "/bin/true");
  EXPECT_EQ(options.bundle, "/run/ctr/userdata");
  EXPECT_EQ(options.container_pidfile, "/run/ctr/pidfile");
  EXPECT_EQ(options.conmon_pidfile, "/run/ctr/conmon.pid");
  EXPECT_EQ(options.name, "web");
  EXPECT_EQ(options.exit_dir, "/run/exits");
  EXPECT_THAT(options.logs, ElementsAre(LogTarget{Driver::k8s_file, "/run/ctr/ctr.log"}));
  EXPECT_EQ(options.log_level, Level::debug);
  EXPECT_EQ(options.log_size_max, 8192);
  EXPECT_EQ(options.log_tag, "tag");
  EXPECT_EQ(options.sdnotify_socket, "/run/notify");
  EXPECT_EQ(options.timeout, 7);
  EXPECT_EQ(options.exit_delay, 3);
  EXPECT_EQ(options.exit_command, "/usr/bin/podman");
  EXPECT_THAT(options.exit_command_args,
              ElementsAre("--root", "/var/lib", "--network-config-dir", "", "container"));
  EXPECT_THAT(options.runtime_args, ElementsAre("--log-format=json", "--log", "/run/ctr/oci-log"));
  EXPECT_THAT(options.runtime_opts, ElementsAre("--preserve-fds", "2"));
}

TEST(Options, TakeAnExecCommandLineOfPodman4) {
  const Options options = parse_options(
      {"--api-version", "1", "-c", "4c1d5b0e2f", "-u", "7aa1", "-r", "/bin/true", "-b", "/s", "-p",
       "/s/exec_pid", "-l", "none", "-e", "--exec-attach", "--exec-process-spec", "/s/process"});
  EXPECT_TRUE(options.exec && options.exec_attach);
  EXPECT_EQ(options.cuuid, "7aa1");
  EXPECT_EQ(options.exec_process_spec, "/s/process");
}

TEST(Options, TakeTheRestOfConmonsFlags) {
  const Options options = parsed({"-P",
                                  "a",
                                  "-0",
                                  "b",
                                  "--restore",
                                  "c",
                                  "--socket-dir-path",
                                  "d",
                                  "-T",
                                  "5",
                                  "--leave-stdin-open",
                                  "--log-global-size-max",
                                  "9",
                                  "--no-sync-log",
                                  "--replace-listen-pid",
                                  "--sync",
                                  "--seccomp-notify-socket",
                                  "e",
                                  "--seccomp-notify-plugins",
                                  "f",
                                  "--pidfile",
                                  "g",
                                  "--restore-arg",
                                  "h"});
  EXPECT_EQ(options.conmon_pidfile, "a");
  EXPECT_EQ(options.persist_dir, "b");
  EXPECT_EQ(options.restore, "c");
  EXPECT_EQ(options.socket_dir_path, "d");
  EXPECT_EQ(options.timeout, 5);
  EXPECT_TRUE(options.leave_stdin_open && options.no_sync_log);
  EXPECT_TRUE(options.replace_listen_pid && options.sync);
  EXPECT_EQ(options.log_global_size_max, 9);
  EXPECT_EQ(options.seccomp_notify_socket, "e");
  EXPECT_EQ(options.seccomp_notify_plugins, "f");
  EXPECT_EQ(options.container_pidfile, "g");
  EXPECT_THAT(options.runtime_opts, ElementsAre("h"));
}

/// The flags that a --help text names.
Words flags_in(const std::string& help) {
  Words flags;
  std::istringstream words(help);
  for (std::string word; words >> word;) {
    if (word.starts_with("--") && word.size() > 3) flags.push_back(word);
  }
  return flags;
}

TEST(Options, KnowEveryFlagThatTheInstalledConmonShows) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen("conmon --help 2>/dev/null", "r"),
                                                   ::pclose);
  std::string help;
  for (std::array<char, 4096> piece{}; ::fgets(piece.data(), piece.size(), pipe.get());) {
    help += piece.data();
  }
  if (help.empty()) GTEST_SKIP() << "no conmon here";
  const Words ours = flags_in(help_text());
  for (const std::string& flag : flags_in(help)) EXPECT_THAT(ours, testing::Contains(flag));
}

TEST(Options, GiveAFlagTheNextWordWhateverItLooksLike) {
  EXPECT_EQ(parsed({"--name", "--cid"}).name, "--cid");
  EXPECT_EQ(parsed({"--name", "--"}).name, "--");
  EXPECT_EQ(parsed({"--name", ""}).name, "");
  EXPECT_EQ(parsed({"--name=a=b"}).name, "a=b");
  EXPECT_EQ(parsed({"--name="}).name, "");
  EXPECT_EQ(parsed({"-n", "-n"}).name, "-n");
}

TEST(Options, TakeTheLastOfSeveralValues) {
  EXPECT_EQ(parsed({"-n", "a", "--name", "b"}).name, "b");
}

TEST(Options, IgnoreStrayWordsAndAllBehindTwoDashes) {
  EXPECT_EQ(parsed({"1", "", "-", "run", "-n", "a"}).name, "a");
  EXPECT_EQ(parsed({"--", "-n", "a", "--bogus"}).name, "");
}

TEST(Options, IgnoreTheValueOfAFlagThatTakesNone) {
  EXPECT_TRUE(parsed({"--terminal=no"}).terminal);
}

TEST(Options, TakeShortFlagsInOneWord) {
  const Options options = parsed({"-itn", "a"});
  EXPECT_TRUE(options.stdin_open && options.terminal);
  EXPECT_EQ(options.name, "a");
  EXPECT_EQ(parsed({"-nt", "a"}).name, "a");
}

TEST(Options, ReadNumbersAsConmonDoes) {
  EXPECT_EQ(parsed({"--log-size-max", "0x10"}).log_size_max, 16);
  EXPECT_EQ(parsed({"--log-size-max", " 010"}).log_size_max, 8);
  EXPECT_EQ(parsed({"--log-size-max", "-1"}).log_size_max, -1);
  EXPECT_EQ(parsed({"--log-size-max", "9223372036854775807"}).log_size_max, INT64_MAX);
  EXPECT_EQ(parsed({}).log_size_max, -1);
}

TEST(Options, KnowTheFormsOfALogPath) {
  const auto of = [](const Words& paths) {
    Words words{"-c", "0123456789abcdef", "-u", "u", "-r", "/bin/true"};
    for (const std::string& path : paths) words.insert(words.end(), {"--log-path", path});
    return parse_options(words).logs;
  };
  const LogTarget file{Driver::k8s_file, "/a/b:c"};
  EXPECT_THAT(of({"k8s-file:/a/b:c"}), ElementsAre(file));
  EXPECT_THAT(of({"json-file:/a/b:c"}), ElementsAre(file));
  EXPECT_THAT(of({":/a/b:c"}), ElementsAre(file));
  EXPECT_THAT(of({"ctr.log"}), ElementsAre(LogTarget{Driver::k8s_file, "ctr.log"}));
  EXPECT_THAT(of({":journald"}), ElementsAre(LogTarget{Driver::k8s_file, "journald"}));
  const LogTarget journal{Driver::journald, {}};
  EXPECT_THAT(of({"journald"}), ElementsAre(journal));
  EXPECT_THAT(of({"journald:/ignored"}), ElementsAre(journal));
  const LogTarget none{Driver::none, {}};
  for (const char* const name : {"none", "off", "null"}) EXPECT_THAT(of({name}), ElementsAre(none));
  EXPECT_THAT(of({"journald", "a", "none", "k8s-file:a", "journald"}),
              ElementsAre(journal, LogTarget{Driver::k8s_file, "a"}, none));
}

TEST(Options, PassOutputThroughWhereNoneOfTheStandardStreamsIsATerminal) {
  test::in_child([] {
    for (const int fd : {0, 1, 2}) ::dup2(STDOUT_FILENO, fd);
    EXPECT_THAT(parsed({"-l", "passthrough"}).logs,
                ElementsAre(LogTarget{Driver::none, {}}, LogTarget{Driver::passthrough, {}}));
  });
}

TEST(Options, KnowConmonsLevelsInAnyCase) {
  EXPECT_EQ(parsed({}).log_level, Level::warn);
  for (const char* const name : {"panic", "fatal", "error", "ERROR"}) {
    EXPECT_EQ(parsed({"--log-level", name}).log_level, Level::error);
  }
  EXPECT_EQ(parsed({"--log-level", "warn"}).log_level, Level::warn);
  EXPECT_EQ(parsed({"--log-level", "Warning"}).log_level, Level::warn);
  EXPECT_EQ(parsed({"--log-level", "info"}).log_level, Level::info);
  EXPECT_EQ(parsed({"--log-level", "debug"}).log_level, Level::debug);
  EXPECT_EQ(parsed({"--log-level", "trace"}).log_level, Level::trace);
}

TEST(Options, HaveConmonsDefaults) {
  test::in_child([] {
    ::setenv("CONMON_SECCOMP_NOTIFY_PLUGINS", "plugins", 1);
    const std::string here = std::filesystem::current_path();
    const Options options = parsed({});
    EXPECT_EQ(options.bundle, here);
    EXPECT_EQ(options.container_pidfile, here + "/pidfile-0123456789abcdef");
    EXPECT_EQ(options.socket_dir_path, "/var/run/crio");
    EXPECT_EQ(options.seccomp_notify_plugins, "plugins");
  });
}

TEST(Options, LeaveAnOldExecSessionWithoutABundle) {
  const Options options = parse_options(
      {"-c", "x", "-e", "-r", "/bin/true", "--exec-process-spec", "spec", "-l", "none"});
  EXPECT_EQ(options.bundle, "");
}

TEST(Options, TakeLabels) {
  EXPECT_THAT(parsed({"--log-label", "A_1=b=c", "--log-label", "B="}).log_labels,
              ElementsAre("A_1=b=c", "B="));
}

TEST(Options, AskForTheVersionWhateverElseIsMissing) {
  EXPECT_TRUE(parse_options({"--version"}).version);
  EXPECT_TRUE(parse_options({"-t", "--version=1", "x"}).version);
}

TEST(Options, AskForHelpAtOnce) {
  for (const char* const word : {"--help", "-h", "-?", "-th", "--help-all"}) {
    EXPECT_TRUE(parse_options({word, "--bogus"}).help) << word;
  }
}

TEST(Options, SayAVersionThatPodmanTakes) {
  EXPECT_THAT(version_text(), testing::MatchesRegex("conmon version [0-9]+\\.[0-9]+\\.[0-9]+\n"
                                                    "commit: conq-conmon of conq [0-9.]+\n"));
}

TEST(Options, ShowEachFlagAndWhatItIsFor) {
  EXPECT_THAT(help_text(), StartsWith("Usage:\n"));
  EXPECT_THAT(help_text(), HasSubstr("\n  -T, --timeout                   seconds until"));
  EXPECT_THAT(help_text(), testing::Not(HasSubstr("--pidfile")));
}

}  // namespace
}  // namespace conq::conmon
