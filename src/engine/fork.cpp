// SPDX-License-Identifier: Apache-2.0
#include "engine/fork.hpp"

#include <pthread.h>

#include <atomic>

namespace conq::detail {
namespace {

std::atomic<unsigned> count = 0;

}  // namespace

unsigned forks() noexcept {
  [[maybe_unused]] static const int registered =
      ::pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
  return count.load(std::memory_order_relaxed);
}

}  // namespace conq::detail
