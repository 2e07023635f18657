// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>

namespace conq::load {

struct LoadOptions {
  std::size_t consoles = 3500;
  std::chrono::seconds duration{60};
  std::uint64_t seed = 1;
  std::size_t blocking = 64;  ///< of the consoles: those with two threads that block
  std::size_t servers = 2;    ///< threads in wait()
  std::size_t processes = 4;  ///< that have the slaves
  bool verbose = false;       ///< says what it is doing
};

/// A promise that is not kept.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// What this machine lacks.
struct Lacking : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Makes the load, checks all the time, and prints a table of figures. Throws Broken at the first
/// thing that is wrong, Lacking where it cannot be made; threads may be left, and the process is to
/// end then without a word to them.
void run_load(const LoadOptions& options);

}  // namespace conq::load
