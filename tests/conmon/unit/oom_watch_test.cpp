// SPDX-License-Identifier: Apache-2.0
#include "oom_watch.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <utility>

#include "tests/conmon/unit/k8s_records.hpp"
#include "tests/conmon/unit/said.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::conmon {
namespace {

/// Files like those of a cgroup, which tell of what is written to them.
class Oom : public testing::Test {
 protected:
  void count(const std::string& text) const {
    const Fd file(::open(events_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    ASSERT_EQ(::write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  OomWatch watch() {
    return OomWatch(poller_, MemoryCgroup{dir_.path(), true}, [this] { ++told_; });
  }
  void serve_what_is_ready() {
    while (poller_.wait_for(std::chrono::nanoseconds::zero()) > 0) {
    }
  }

  test::NoDescriptorLeak no_leak_;
  test::TempDir dir_;
  std::string events_ = dir_ / "memory.events";
  Poller poller_;
  int told_ = 0;
};

TEST_F(Oom, IsToldOnceWhenTheKernelCountsAKill) {
  count("low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0\n");
  OomWatch watched = watch();
  count("low 3\nhigh 4\nmax 5\noom 0\noom_kill 0\noom_group_kill 6\n");
  serve_what_is_ready();
  EXPECT_EQ(told_, 0);
  count("oom 0\noom_kill 1\n");
  EXPECT_TRUE(test::serve_until(poller_, [&] { return told_ > 0; }));
  count("oom 0\noom_kill 2\n");
  serve_what_is_ready();
  watched.last_look();
  EXPECT_EQ(told_, 1);
}

TEST_F(Oom, IsToldWhenTheKernelFoundNoMemory) {
  count("oom 0\n");
  const OomWatch watched = watch();
  count("oom 12\noom_kill 0\n");
  EXPECT_TRUE(test::serve_until(poller_, [&] { return told_ > 0; }));
}

TEST_F(Oom, IsFoundByTheLastLook) {
  OomWatch watched = watch();
  count("oom_kill 1");
  watched.last_look();
  EXPECT_EQ(told_, 1);
  watched.last_look();
  EXPECT_EQ(told_, 1);
}

TEST_F(Oom, IsNotMadeUpByALastLookAtNothing) {
  OomWatch(poller_, MemoryCgroup{dir_.path(), true}, [this] { ++told_; }).last_look();
  count("low 1\noom 0\noom_kill 0\noom_kill\noom_kill x\n");
  watch().last_look();
  EXPECT_EQ(told_, 0);
}

TEST_F(Oom, IsNotToldByAWatchThatIsGone) {
  count("oom 0\n");
  {
    const OomWatch watched = watch();
    count("oom 1\n");
  }
  serve_what_is_ready();
  EXPECT_EQ(told_, 0);
}

TEST_F(Oom, MayEndItsWatchWhenTold) {
  count("oom 0\n");
  std::unique_ptr<OomWatch> watched;
  watched = std::make_unique<OomWatch>(poller_, MemoryCgroup{dir_.path(), true}, [&] {
    watched.reset();
    ++told_;
  });
  count("oom 1\n");
  EXPECT_TRUE(test::serve_until(poller_, [&] { return told_ > 0; }));
}

TEST_F(Oom, SaysWhereNothingCanBeWatched) {
  const Said said(Level::debug);
  const OomWatch absent_v2 = watch();
  EXPECT_EQ(said.text(), "[conmon:d]: " + events_ + " is not watched: No such file or directory\n");
  const OomWatch absent_v1(poller_, MemoryCgroup{dir_.path(), false}, {});
  EXPECT_THAT(said.text(), testing::HasSubstr("memory.oom_control is not watched: "));
  const pid_t nobody = 0x7FFFFFFF;
  OomWatch without_process(poller_, nobody, {});
  without_process.last_look();
  EXPECT_THAT(said.text(), testing::HasSubstr("no memory cgroup is watched"));
}

/// The cgroup of this process has one of ours below it while this lives, if that is permitted.
class OwnCgroup {
 public:
  OwnCgroup() {
    const auto ours =
        find_memory_cgroup(file_text("/proc/self/cgroup"), file_text("/proc/self/mountinfo"));
    if (!ours) return;
    path_ = ours->directory + "/conq-test-" + std::to_string(::getpid());
    const char* const limit = ours->v2 ? "/memory.max" : "/memory.limit_in_bytes";
    std::error_code ec;
    made_ = std::filesystem::create_directory(path_, ec);
    usable_ = made_ && set(limit, "8388608");
    v2_ = ours->v2;
    // Else what is too much is swapped out.
    if (ours->v2) set("/memory.swap.max", "0");
  }
  OwnCgroup(const OwnCgroup&) = delete;
  OwnCgroup& operator=(const OwnCgroup&) = delete;
  ~OwnCgroup() { remove(); }

  bool usable() const { return usable_; }
  bool v2() const { return v2_; }
  bool set(const std::string& file, const std::string& text) const {
    const Fd to(::open((path_ + file).c_str(), O_WRONLY | O_CLOEXEC));
    return ::write(to.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  void remove() {
    if (!std::exchange(made_, false)) return;
    EXPECT_TRUE(test::eventually([&] { return ::rmdir(path_.c_str()) == 0; }));
  }

 private:
  std::string path_;
  bool made_ = false;
  bool usable_ = false;
  bool v2_ = false;
};

/// A process in the cgroup that waits for a byte, then takes what `size` bytes of memory it can.
class Hungry {
 public:
  Hungry(const OwnCgroup& cgroup, std::size_t size) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const Fd starts(ends[0]);
    start_.reset(ends[1]);
    pid_ = ::fork();
    if (pid_ != 0) {
      EXPECT_TRUE(cgroup.set("/cgroup.procs", std::to_string(pid_)));
      return;
    }
    char byte = 0;
    if (::read(starts.get(), &byte, 1) != 1) ::_exit(1);
    auto* const room = static_cast<volatile char*>(std::malloc(size));
    for (std::size_t i = 0; room != nullptr && i < size; i += 4096) room[i] = 1;
    ::_exit(0);
  }
  pid_t pid() const { return pid_; }
  int wait_status() {
    EXPECT_EQ(::write(start_.get(), "x", 1), 1);
    int status = 0;
    EXPECT_EQ(::waitpid(pid_, &status, 0), pid_);
    return status;
  }

 private:
  Fd start_;
  pid_t pid_ = -1;
};

TEST_F(Oom, IsToldOfAProcessThatTheKernelKills) {
  const OwnCgroup cgroup;
  if (!cgroup.usable()) GTEST_SKIP() << "no memory cgroup of our own here";
  Hungry hungry(cgroup, 64U << 20U);
  const OomWatch watched(poller_, hungry.pid(), [this] { ++told_; });
  EXPECT_EQ(hungry.wait_status(), SIGKILL);
  EXPECT_TRUE(test::serve_until(poller_, [&] { return told_ > 0; }));
}

TEST_F(Oom, IsFoundByTheLastLookAtARealCgroup) {
  const OwnCgroup cgroup;
  if (!cgroup.usable()) GTEST_SKIP() << "no memory cgroup of our own here";
  Hungry hungry(cgroup, 64U << 20U);
  OomWatch watched(poller_, hungry.pid(), [this] { ++told_; });
  EXPECT_EQ(hungry.wait_status(), SIGKILL);
  watched.last_look();
  EXPECT_EQ(told_, 1);
}

TEST_F(Oom, IsNotTheEndOfACgroup) {
  OwnCgroup cgroup;
  if (!cgroup.usable()) GTEST_SKIP() << "no memory cgroup of our own here";
  Hungry modest(cgroup, 4096);
  OomWatch watched(poller_, modest.pid(), [this] { ++told_; });
  EXPECT_EQ(modest.wait_status(), 0);
  cgroup.remove();
  // v1 tells of its end, and some time later.
  if (!cgroup.v2()) {
    EXPECT_GT(poller_.wait_for(test::deadline), 0U);
  }
  serve_what_is_ready();
  watched.last_look();
  EXPECT_EQ(told_, 0);
}

TEST(OomScore, IsThatOfThisProcess) {
  test::in_child([] {
    set_oom_score(500);
    EXPECT_EQ(file_text("/proc/self/oom_score_adj"), "500\n");
    const Said said(Level::debug);
    set_oom_score(5000);
    EXPECT_EQ(said.text(), "[conmon:d]: oom_score_adj 5000: Invalid argument\n");
  });
}

}  // namespace
}  // namespace conq::conmon
