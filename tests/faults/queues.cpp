// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/queues.hpp"

#include <array>
#include <atomic>
#include <mutex>

namespace conq::test {
namespace {

/// Where a descriptor was put on a queue last. Never allocates: some callers are tested for that.
struct Watch {
  std::atomic<int> queue = -1;
  epoll_event event{};
};

constexpr std::size_t most = 4096;
std::mutex mutex;
std::array<Watch, most> watches;

bool is_known(int fd) noexcept { return fd >= 0 && static_cast<std::size_t>(fd) < most; }
Watch& watch_of(int fd) noexcept { return watches[static_cast<std::size_t>(fd)]; }

}  // namespace

int change_queue(int queue, int operation, int fd, epoll_event* event) noexcept {
  const std::lock_guard lock(mutex);
  const int result = ::epoll_ctl(queue, operation, fd, event);
  if (result != 0 || !is_known(fd)) return result;
  watch_of(fd).event = *event;
  watch_of(fd).queue = operation == EPOLL_CTL_DEL ? -1 : queue;
  return result;
}

void forget_descriptor(int fd) noexcept {
  // Without the lock, and so for a thread's own descriptor: a forked child closes, too, where
  // another thread may have held it.
  if (is_known(fd)) watch_of(fd).queue = -1;
}

bool tell_again(int fd) noexcept {
  const std::lock_guard lock(mutex);
  return is_known(fd) && watch_of(fd).queue >= 0 &&
         ::epoll_ctl(watch_of(fd).queue, EPOLL_CTL_MOD, fd, &watch_of(fd).event) == 0;
}

}  // namespace conq::test
