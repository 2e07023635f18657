// SPDX-License-Identifier: Apache-2.0
#include "tests/load/own_process.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <string>

#include "tests/support/thread_state.hpp"

namespace conq::load {
namespace {

std::mutex watched_mutex;
std::set<test::KernelThread> watched;

}  // namespace

WatchedThread::WatchedThread() {
  const std::lock_guard lock(watched_mutex);
  watched.insert(test::this_kernel_thread());
}

WatchedThread::~WatchedThread() {
  const std::lock_guard lock(watched_mutex);
  watched.erase(test::this_kernel_thread());
}

Activity activity_of_watched() {
  const std::lock_guard lock(watched_mutex);
  Activity all;
  for (const test::KernelThread thread : watched) {
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/schedstat");
    long long nanoseconds = 0;
    if (file >> nanoseconds) all.processor_time += std::chrono::nanoseconds(nanoseconds);
    if (const auto state = test::thread_state(thread)) {
      all.waits += state->waits;
      ++all.threads;
    }
  }
  return all;
}

std::size_t resident_memory() {
  std::ifstream status("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  status >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  // One of them is the iterator's.
  return static_cast<std::size_t>(std::distance(begin(all), end(all))) - 1;
}

}  // namespace conq::load
