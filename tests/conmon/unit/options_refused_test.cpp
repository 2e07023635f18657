// SPDX-License-Identifier: Apache-2.0
// The command lines that conmon 2.1.6 refuses, each seen with it but for --log-label's, which is
// conmon 2.2's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/terminal.hpp"

namespace conq::conmon {
namespace {

using Words = std::vector<std::string>;

std::string refusal(const Words& words) {
  try {
    parse_options(words);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "none";
}

/// With what no command line may lack.
std::string refusal_beside_the_needed(const Words& words) {
  Words all{"-c", "0123456789abcdef", "-u", "session", "-r", "/bin/true", "-l", "none"};
  all.insert(all.end(), words.begin(), words.end());
  return refusal(all);
}

TEST(RefusedOptions, AreUnknownOnes) {
  EXPECT_EQ(refusal({"--bogus"}), "unknown option --bogus");
  EXPECT_EQ(refusal({"--bogus=x"}), "unknown option --bogus");
  EXPECT_EQ(refusal({"--ci", "x"}), "unknown option --ci");
  EXPECT_EQ(refusal({"-Z"}), "unknown option -Z");
  EXPECT_EQ(refusal({"-t1"}), "unknown option -t1");
  EXPECT_EQ(refusal({std::string("-t\0", 3)}), "unknown option -t");
  EXPECT_EQ(refusal({"-=x"}), "unknown option -=x");
}

TEST(RefusedOptions, AreThoseWithoutTheirValue) {
  EXPECT_EQ(refusal({"--cid"}), "--cid needs a value");
  EXPECT_EQ(refusal({"-c"}), "-c needs a value");
  EXPECT_EQ(refusal({"-tc"}), "-c needs a value");
  EXPECT_EQ(refusal({"-cn", "x"}), "two options of -cn want a value");
}

TEST(RefusedOptions, AreNumbersThatAreNone) {
  EXPECT_EQ(refusal({"--timeout", "abc"}), "--timeout: `abc` is no number");
  EXPECT_EQ(refusal({"--timeout="}), "--timeout: `` is no number");
  EXPECT_EQ(refusal({"-T", "5x"}), "-T: `5x` is no number");
  EXPECT_EQ(refusal({"-T", "99999999999"}), "-T: 99999999999 is out of range");
  EXPECT_EQ(refusal({"-T", "-99999999999"}), "-T: -99999999999 is out of range");
  EXPECT_EQ(refusal({"--log-size-max", "9223372036854775808"}),
            "--log-size-max: 9223372036854775808 is out of range");
}

TEST(RefusedOptions, LackWhatTheMonitorCannotDoWithout) {
  EXPECT_EQ(refusal({}), "no container id: use --cid");
  EXPECT_EQ(refusal({"-c", ""}), "no container id: use --cid");
  EXPECT_EQ(refusal({"-c", "x"}), "no container UUID: use --cuuid");
  EXPECT_EQ(refusal({"-c", "x", "-e", "--api-version"}), "no container UUID: use --cuuid");
  EXPECT_EQ(refusal({"-c", "x", "-e"}), "no runtime: use --runtime");
  EXPECT_EQ(refusal({"-c", "x", "-u", "y", "-r", "/no/such"}),
            "runtime /no/such: No such file or directory");
  EXPECT_EQ(refusal({"-c", "x", "-u", "y", "-r", "/etc/passwd"}),
            "runtime /etc/passwd: Permission denied");
  EXPECT_EQ(refusal({"-c", "x", "-u", "y", "-r", "/bin/true"}), "no log driver: use --log-path");
  EXPECT_EQ(refusal_beside_the_needed({"-e"}), "no process for --exec: use --exec-process-spec");
}

TEST(RefusedOptions, ContradictEachOther) {
  EXPECT_EQ(refusal_beside_the_needed({"-e", "--restore", "x"}),
            "--exec and --restore exclude each other");
  EXPECT_EQ(refusal_beside_the_needed({"--exec-attach"}), "--exec-attach is for --exec alone");
  EXPECT_EQ(refusal_beside_the_needed({"-e", "--exec-attach"}),
            "--exec-attach needs --api-version");
  EXPECT_EQ(refusal_beside_the_needed({"--exit-delay", "-1"}), "--exit-delay must not be negative");
}

TEST(RefusedOptions, NameNoLog) {
  EXPECT_EQ(refusal({"-l", ""}), "--log-path must not be empty");
  EXPECT_EQ(refusal({"-l", ":"}), "--log-path must not be empty");
  EXPECT_EQ(refusal({"-l", "foo:bar"}), "no such log driver: foo");
  EXPECT_EQ(refusal({"-l", "k8s-file"}), "log driver k8s-file needs a path: k8s-file:PATH");
  EXPECT_EQ(refusal({"-l", "k8s-file:"}), "log driver k8s-file needs a path: k8s-file:PATH");
  EXPECT_EQ(refusal({"--log-level", "bad"}), "no such log level: bad");
  EXPECT_EQ(refusal({"-c", "012345678901", "-u", "x", "-r", "/bin/true", "-l", "journald"}),
            "journald needs a --cid of more than 12 characters");
}

TEST(RefusedOptions, PassATerminalThrough) {
  test::in_child([] {
    const Pty terminal = test::raw_pty();
    ::dup2(terminal.slave.get(), STDIN_FILENO);
    EXPECT_THAT(refusal_beside_the_needed({"-l", "passthrough"}),
                testing::StartsWith("passthrough of a terminal"));
  });
}

TEST(RefusedOptions, AreLabelsThatAreNone) {
  for (const char* const label : {"", "x", "=x", "a=b", "A B=c"}) {
    EXPECT_EQ(refusal_beside_the_needed({"--log-label", label}),
              "--log-label: `" + std::string(label) + "` is not KEY=VALUE, KEY of A-Z, 0-9, _");
  }
}

}  // namespace
}  // namespace conq::conmon
