// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "conq/conq.hpp"
#include "memory_cgroup.hpp"

namespace conq::conmon {

/// Tells of the kernel's having killed a process of the container for want of memory: cgroup v2's
/// memory.events, watched by inotify and read once more at the end, or v1's memory.oom_control with
/// an eventfd. On a system without either it watches nothing, and says so at level `debug`.
class OomWatch {
 public:
  /// `told` is called once, inside the poller's wait() or in last_look().
  OomWatch(Poller& poller, pid_t container, std::function<void()> told);
  OomWatch(Poller& poller, const MemoryCgroup& cgroup, std::function<void()> told);
  ~OomWatch();
  /// The container has ended: what the files say by now counts, too. Watches no longer.
  void last_look();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Sets the score of this process; what fails is said and is no error.
void set_oom_score(int adjustment) noexcept;

}  // namespace conq::conmon
