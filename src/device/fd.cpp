// SPDX-License-Identifier: Apache-2.0
#include "conq/fd.hpp"

#include <unistd.h>

namespace conq {

void Fd::reset(int fd) noexcept {
  const int old = std::exchange(fd_, fd);
  if (old >= 0 && old != fd) ::close(old);
}

}  // namespace conq
