// SPDX-License-Identifier: Apache-2.0
// The tool at the limits of descriptors and of processes.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "tests/cli/cast.hpp"
#include "tests/cli/descendants_linux.hpp"
#include "tests/cli/up_fixture.hpp"

namespace conq::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

/// Enough for what the sanitizers and the dynamic linker open at the start.
constexpr rlim_t fewest = 5;
constexpr rlim_t enough = 24;

Start with_descriptors(Start start, rlim_t count) {
  start.prepare = [count] {
    // Whoever runs the tests may have left it some of theirs, `ctest -O` does.
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    const rlimit limit{count, count};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  };
  return start;
}

class Limits : public Up {
 protected:
  const Descendants descendants_;
};

TEST_F(Limits, OfDescriptorsEndsRunInGoodOrderWhereverItIsReached) {
  rlim_t succeeded = 0;
  for (rlim_t count = fewest; count < enough && succeeded == 0; ++count) {
    SCOPED_TRACE(count);
    const std::string recording = dir_ / ("cast" + std::to_string(count));
    Tool tool(with_descriptors(
        {.arguments = {"run", "--record", recording, "--", "echo", "done"}, .err = Stream::pipe},
        count));
    const std::string complaint = tool.rest_of_err();
    const int status = tool.wait();
    if (status == 0) {
      succeeded = count;
      EXPECT_EQ(complaint, "");
      EXPECT_THAT(tool.unseen(), HasSubstr("done"));
    } else {
      EXPECT_EQ(status, 1);
      EXPECT_THAT(complaint, MatchesRegex("conq: .*: Too many open files\n"));
    }
    EXPECT_EQ(settings_of(tool.terminal()), tool.settings_before());
    EXPECT_THAT(Descendants::left(), IsEmpty());
  }
  EXPECT_GT(succeeded, fewest);
}

TEST_F(Limits, OfDescriptorsStopsUpWithAllThatRunsWhereverItIsReached) {
  procfile("a: exec sleep 1000\nb: exec sleep 1000\nc: exec sleep 1000\nlast: exit 7\n");
  int status = 1;
  for (rlim_t count = fewest; count < enough && status == 1; ++count) {
    SCOPED_TRACE(count);
    Tool tool(with_descriptors(piped(), count));
    const std::string told = tool.rest_of_out() + tool.rest_of_err();
    status = tool.wait();
    if (status == 1) {
      EXPECT_THAT(told, HasSubstr(": Too many open files\n"));
    }
    EXPECT_THAT(Descendants::left(), IsEmpty());
  }
  EXPECT_EQ(status, 7);
}

class LimitOfProcesses : public Limits {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become a user without processes";
    // As another user the tool has to get into the folder.
    std::filesystem::permissions(dir_.path(), std::filesystem::perms{0755});
    // A sanitizer has threads, which count.
    Tool idle({.arguments = {"run", "--", "sh", "-c", "echo ready; read x"}});
    idle.see("ready");
    const std::string status = text_of("/proc/" + std::to_string(idle.pid()) + "/status");
    own_ = std::stoul(status.substr(status.find("Threads:") + 8));
  }
  /// The tool as a user of its own, which may have `others` processes besides it.
  Start alone(Start start, rlim_t others) const {
    start.environment.emplace_back("ASAN_OPTIONS", "detect_leaks=0");  // it takes a process
    const std::vector<std::string> arguments = start.arguments;
    const rlimit limit{own_ + others, own_ + others};
    start.prepare = [arguments, limit] {
      // Before: who it becomes may not get to where the tool is.
      const int program = ::open(tool_path().c_str(), O_RDONLY | O_CLOEXEC);
      const uid_t nobodys = 1'000'000 + static_cast<uid_t>(::getpid());
      if (::setgid(nobodys) != 0 || ::setuid(nobodys) != 0) ::_exit(no_other_user);
      ::setrlimit(RLIMIT_NPROC, &limit);
      std::vector<std::string> words = arguments;
      words.insert(words.begin(), "conq");
      std::vector<char*> argv;
      for (std::string& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      ::fexecve(program, argv.data(), environ);
      ::_exit(no_other_user);
    };
    return start;
  }

  static constexpr int no_other_user = 98;
  rlim_t own_ = 1;
};

TEST_F(LimitOfProcesses, EndsRunInGoodOrder) {
  Tool tool(alone({.arguments = {"run", "--", "true"}, .err = Stream::pipe}, 0));
  const std::string complaint = tool.rest_of_err();
  const int status = tool.wait();
  if (status == no_other_user) GTEST_SKIP() << "no other user here";
  EXPECT_EQ(status, 1);
  EXPECT_EQ(complaint, "conq: fork for true: Resource temporarily unavailable\n");
  EXPECT_EQ(settings_of(tool.terminal()), tool.settings_before());
  EXPECT_THAT(Descendants::left(), IsEmpty());
}

TEST_F(LimitOfProcesses, StopsUpWithAllThatRuns) {
  procfile("a: exec sleep 1000\nb: exec sleep 1000\nc: exec sleep 1000\n");
  std::filesystem::permissions(dir_ / "Procfile", std::filesystem::perms{0644});
  Tool tool(alone(piped(), 2));
  const std::string out = tool.rest_of_out();
  const std::string complaint = tool.rest_of_err();
  const int status = tool.wait();
  if (status == no_other_user) GTEST_SKIP() << "no other user here";
  EXPECT_EQ(status, 1) << complaint;
  EXPECT_THAT(out, HasSubstr("c    | cannot be started: fork for /bin/sh: "
                             "Resource temporarily unavailable\n"));
  EXPECT_THAT(out, HasSubstr("a    | killed by SIGTERM\n"));
  EXPECT_THAT(Descendants::left(), IsEmpty());
}

}  // namespace
}  // namespace conq::test
