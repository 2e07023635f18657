// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

// What this process takes of its machine.

namespace conq::load {

/// The bytes that operator new has given and nobody has given back.
std::size_t live_memory();
/// The bytes of memory that are resident.
std::size_t resident_memory();
std::size_t open_descriptors();

/// A thread that is to be at rest while nothing happens, for the time of this object.
class WatchedThread {
 public:
  WatchedThread();
  WatchedThread(const WatchedThread&) = delete;
  WatchedThread& operator=(const WatchedThread&) = delete;
  ~WatchedThread();
};

/// What all of these have done so far.
struct Activity {
  std::chrono::nanoseconds processor_time{};
  long waits = 0;  ///< how often one gave up its processor to wait: a turn of wait() each, say
  std::size_t threads = 0;
};
Activity activity_of_watched();

}  // namespace conq::load
