// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

// What only the kernel knows; one file for each kernel.

namespace conq::bench {

/// Time of all CPUs since the machine was started, in any unit.
struct CpuTimes {
  std::uint64_t idle = 0, all = 0;
};
CpuTimes cpu_times();

/// Memory of a process, in KiB: what is resident at most; what is its own; that and its share of
/// what it shares.
struct Memory {
  std::uint64_t peak = 0, own = 0, proportional = 0;
};
Memory memory_of(pid_t process);

/// CPU time that a process of ours has used, all its threads, in nanoseconds.
std::uint64_t cpu_time_of(pid_t process);

}  // namespace conq::bench
