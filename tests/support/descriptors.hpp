// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace conq::test {

/// The descriptors this process has open, in order.
inline std::vector<int> open_descriptors() {
  // A limit of a thousand million is common in containers; no test opens as many as this.
  const int end = static_cast<int>(std::min(::sysconf(_SC_OPEN_MAX), 65536L));
  std::vector<int> open;
  for (int fd = 0; fd < end; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) open.push_back(fd);
  }
  return open;
}

inline bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
inline bool is_close_on_exec(int fd) {
  const int flags = ::fcntl(fd, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) != 0;
}

/// Fails the test unless the same descriptors are open at the end of its scope as at the start.
class NoDescriptorLeak {
 public:
  NoDescriptorLeak() = default;
  NoDescriptorLeak(const NoDescriptorLeak&) = delete;
  NoDescriptorLeak& operator=(const NoDescriptorLeak&) = delete;
  ~NoDescriptorLeak() { EXPECT_EQ(before_, open_descriptors()) << "descriptors leaked or lost"; }

 private:
  std::vector<int> before_ = open_descriptors();
};

}  // namespace conq::test
