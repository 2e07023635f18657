// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <mutex>

#include "tests/simulation/kernel/kernel.hpp"
#include "tests/simulation/kernel/scheduler.hpp"

namespace conq::sim {

/// A call into the simulated kernel: alone in it, and the children go on at its end.
class SystemCall {
 public:
  SystemCall() : lock_(kernel.mutex(), std::defer_lock) {
    if (Scheduler::here()) {
      Scheduler::turn();
    } else {
      lock_.lock();
    }
    ++kernel.counts.calls;
    kernel.settle();
  }
  SystemCall(const SystemCall&) = delete;
  SystemCall& operator=(const SystemCall&) = delete;
  ~SystemCall() { kernel.settle(); }

  bool block(const std::function<bool()>& holds, Kernel::Deadline deadline) {
    kernel.settle();
    return kernel.block(lock_, holds, deadline);
  }
  static Kernel::Clock::time_point now() {
    return Scheduler::here() ? Scheduler::now() : Kernel::Clock::now();
  }

  Kernel& kernel = Kernel::current();

 private:
  std::unique_lock<std::mutex> lock_;
};

/// As the C library reports it. `errno` is set last: what is destroyed before may change it.
inline int finish(Result result) {
  if (result.error == 0) return static_cast<int>(result.count);
  errno = result.error;
  return -1;
}

inline bool is_simulated(int fd) { return fd >= first_descriptor; }

}  // namespace conq::sim
