// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace conq::sim {

/// Runs a program's threads one at a time, on virtual time, and chooses who is next: the same
/// choices give the same run. Threads take turns at each system call, at mutexes and condition
/// variables, which the program's calls are wrapped for.
class Scheduler {
 public:
  using Clock = std::chrono::steady_clock;
  using Deadline = std::optional<Clock::time_point>;
  /// Which of `count` threads that can go on is next.
  using Choose = std::function<std::size_t(std::size_t count)>;
  /// Whether the running thread just goes on at a turn(); cheap, as no other is asked.
  using Stays = std::function<bool()>;

  /// What is left when no thread can go on, nor will by itself.
  struct Stuck {
    std::vector<std::string> threads;  ///< the names of those that wait
  };

  /// Runs the threads to their ends, in the calling thread's time. What waits for ever is given.
  static Stuck run(
      std::vector<std::pair<std::string, std::function<void()>>> threads, Choose choose,
      const std::function<bool()>& idle, Stays stays = [] { return false; });

  /// Whether the calling thread is one of a run.
  static bool here() noexcept;
  /// What the calling thread is called; empty outside of a run.
  static std::string name();
  /// Lets another thread go on, perhaps.
  static void turn();
  /// Until `holds`, which is asked while no thread runs; false at the deadline.
  static bool wait(const std::function<bool()>& holds, Deadline deadline);
  static Clock::time_point now();
};

}  // namespace conq::sim
