// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/trial.hpp"

#include <fcntl.h>
#include <sys/wait.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

#include "tests/faults/far_end.hpp"

namespace conq::test {
namespace {

/// Turns a trial that hangs into the end of the program.
class Watchdog {
 public:
  explicit Watchdog(const std::string& description)
      : thread_([this, description] {
          std::unique_lock lock(mutex_);
          if (over_told_.wait_for(lock, 2 * deadline, [this] { return over_; })) return;
          std::fprintf(stderr, "hangs: %s\n", description.c_str());
          std::abort();
        }) {}
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    over_told_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable over_told_;
  bool over_ = false;
  std::thread thread_;
};

/// By number; /proc tells faster than asking for each.
std::set<std::string> descriptors() {
  std::set<std::string> open;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = std::filesystem::read_symlink(entry.path(), gone);
    // Not the descriptor of the listing itself.
    if (!gone && !target.string().ends_with("/fd")) {
      open.insert(entry.path().filename().string() + " " + target.string());
    }
  }
  return open;
}

void is_of_use(const Stage& before) {
  Stage stage(Form::throwing);
  stage.use_poller_of(before);
  FarEnd far;
  EpollConsole console = add_raw(stage, far);
  far.says("ping");
  reads(stage, console, "ping");
  writes(stage, console, "pong");
  far.hears("pong");
  const auto answer = stage.expect_answer();
  answer->started = true;
  console.async_read(into_lent(answer));
  far.says("x");
  stage.serve_until([&] { return answer->calls > 0; });
  EXPECT_EQ(answer->count, 1U);
}

std::atomic<long> count = 0;

}  // namespace

long trials() { return count; }

Trial rehearse(const Scenario& scenario, const Fault& fault) {
  return play(scenario, Form::throwing, std::string(scenario.name) + ", rehearsed",
              [&] { arm(fault); });
}

Trial play(const Scenario& scenario, Form form, const std::string& description,
           const std::function<void()>& begin) {
  SCOPED_TRACE(description);
  const Watchdog watchdog(description);
  ++count;
  const auto before = descriptors();
  Trial trial;
  {
    Stage stage(form);
    begin();
    try {
      scenario.play(stage);
    } catch (const Ended&) {
    }
    disarm();
    trial = {stage.error(), stage.text()};
    try {
      if (stage.has_poller()) is_of_use(stage);
    } catch (const Ended&) {
      ADD_FAILURE() << "the poller is of no use";
    }
    stage.drop_poller();
    for (const auto& answer : stage.answers()) {
      EXPECT_EQ(answer->calls, answer->started ? 1 : 0) << "told as often";
    }
  }
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child is left";
  EXPECT_EQ(errno, ECHILD);
  EXPECT_EQ(descriptors(), before) << "descriptors leaked or lost";
  return trial;
}

}  // namespace conq::test
