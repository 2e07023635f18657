// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/file.hpp"

#include <sys/epoll.h>

namespace conq::sim {

std::uint32_t File::polled() const {
  const State now = state();
  return (now.read.active ? EPOLLIN : 0U) | (now.write.active ? EPOLLOUT : 0U) |
         (now.hung_up ? EPOLLHUP : 0U);
}

void File::tell(bool read, bool write, bool hangup) {
  // A copy: a nested queue that is told may be watched itself.
  const std::vector<Watcher*> told = watchers_;
  for (Watcher* each : told) each->changed(read, write, hangup);
}

void File::forget_watchers() {
  const std::vector<Watcher*> told = watchers_;
  for (Watcher* each : told) each->file_gone();
  watchers_.clear();
}

}  // namespace conq::sim
