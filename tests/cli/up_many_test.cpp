// SPDX-License-Identifier: Apache-2.0
// `conq up` with very many processes.
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/resource.h>

#include <set>

#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

constexpr int many = 300;

class UpMany : public Up {
 protected:
  void SetUp() override {
    std::string text;
    for (int i = 0; i < many; ++i) {
      text += "p" + std::to_string(i) + ": echo limit $(ulimit -S -n); exec sleep 1000\n";
    }
    procfile(text);
  }

  /// Runs them all with this limit of open files until each has said its own, then stops them.
  /// Returns what they said.
  std::set<std::string> limits_with(rlim_t limit) {
    Start start = piped();
    start.prepare = [limit] {
      rlimit files{};
      ::getrlimit(RLIMIT_NOFILE, &files);
      files.rlim_cur = limit;
      ::setrlimit(RLIMIT_NOFILE, &files);
    };
    Tool tool(start);
    std::set<std::string> limits;
    std::set<std::string> labels;
    while (labels.size() < many) {
      const std::string line = tool.read_out("\n");
      const std::size_t at = line.find("limit ");
      if (at == std::string::npos) {
        ADD_FAILURE() << line;
        break;
      }
      labels.insert(line.substr(0, line.find(' ')));
      limits.insert(line.substr(at + 6));
    }
    tool.signal(SIGTERM);
    int ended = 0;
    for (const std::string& line : lines_of(tool.rest_of_out())) {
      // Of some the shell may not yet have become the sleep: it exits.
      const bool end = line.find("killed by") != std::string::npos ||
                       line.find("exited with") != std::string::npos;
      if (end) ++ended;
    }
    EXPECT_EQ(ended, many);
    EXPECT_EQ(tool.wait(), 128 + SIGTERM);
    return limits;
  }
};

TEST_F(UpMany, ProcessesFitIntoTheUsualLimitOfOpenFiles) {
  EXPECT_EQ(limits_with(1024), std::set<std::string>{"1024\n"});
}

TEST_F(UpMany, ProcessesKeepTheLimitThatConqHasToRaiseForItself) {
  EXPECT_EQ(limits_with(256), std::set<std::string>{"256\n"});
}

}  // namespace
}  // namespace conq::test
