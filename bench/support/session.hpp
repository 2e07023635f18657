// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bench/support/job.hpp"
#include "bench/support/machine.hpp"
#include "bench/support/pattern.hpp"
#include "bench/support/report.hpp"

namespace conq::bench {

/// What a process has used up to now.
struct Usage {
  static Usage now();

  std::uint64_t wall = 0, user = 0, system = 0;  ///< nanoseconds
  std::uint64_t voluntary = 0, involuntary = 0;  ///< context switches
  std::uint64_t allocations = 0;
};

/// One run of a contender, the same for all of them: counts and checks what they moved, takes the
/// time, and ends the process when all is done.
///
/// Calls for different consoles may come from different threads.
class Session {
 public:
  explicit Session(const Job& job);

  /// To be called when all consoles are served: the clock runs, and the processes begin.
  void start();

  /// Counts bytes that were read. Returns whether the console has more to come.
  bool took(std::size_t console, std::span<const std::byte> bytes);
  /// The console is hung up: what it has not given is lost.
  void ended(std::size_t console);

  /// What to write next to a console; empty when all was written.
  std::span<const std::byte> next_piece(std::size_t console) const;
  void wrote(std::size_t console, std::size_t count);

  /// A byte to be sent to console 0 at once: its echo is waited for.
  std::span<const std::byte> probe();

 private:
  struct Stream {
    std::uint64_t position = 0;
    std::uint64_t operations = 0;
  };

  void echoed();
  void one_done();
  [[noreturn]] void finish();
  void add_latency(Report& report);

  Job job_;
  Pattern pattern_;
  std::vector<Stream> streams_;
  std::atomic<std::size_t> open_;
  std::atomic<std::uint64_t> wrong_ = 0;
  std::vector<std::uint32_t> echoes_;  ///< nanoseconds each
  std::array<std::byte, 1> probe_{};
  std::uint64_t sent_ = 0;
  CpuTimes machine_;
  Usage began_;
};

}  // namespace conq::bench
