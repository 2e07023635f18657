// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/descendants_linux.hpp"

#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "tests/support/eventually.hpp"

namespace conq::test {
namespace {

bool all_have_ended() {
  for (;;) {
    const pid_t reaped = ::waitpid(-1, nullptr, WNOHANG);
    if (reaped < 0 && errno == EINTR) continue;
    if (reaped <= 0) return reaped < 0 && errno == ECHILD;
  }
}

std::string command_line(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

std::vector<pid_t> children() {
  std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  return {std::istream_iterator<pid_t>(file), {}};
}

}  // namespace

Descendants::Descendants() { EXPECT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0); }
Descendants::~Descendants() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }

std::vector<std::string> Descendants::left() {
  if (eventually(all_have_ended)) return {};
  std::vector<std::string> told;
  // The end of one brings its own children here.
  while (!all_have_ended()) {
    const std::vector<pid_t> still = children();
    if (still.empty()) break;
    for (const pid_t pid : still) {
      told.push_back(std::to_string(pid) + ": " + command_line(pid));
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }
  if (told.empty()) told.emplace_back("a process without a name");
  return told;
}

}  // namespace conq::test
