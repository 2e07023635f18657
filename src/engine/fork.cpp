// SPDX-License-Identifier: Apache-2.0
#include "engine/fork.hpp"

#include <pthread.h>

#include <atomic>
#include <mutex>

namespace conq::detail {
namespace {

std::atomic<unsigned> count = 0;

}  // namespace

void count_forks(std::error_code& ec) noexcept {
  static std::mutex mutex;
  static std::atomic<bool> counted = false;
  ec.clear();
  // Without the lock, which another thread may have held when a child was forked.
  if (counted) return;
  const std::lock_guard lock(mutex);
  if (counted) return;
  const int error =
      ::pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
  counted = error == 0;
  if (!counted) ec = {error, std::system_category()};
}

unsigned forks() noexcept { return count.load(std::memory_order_relaxed); }

}  // namespace conq::detail
