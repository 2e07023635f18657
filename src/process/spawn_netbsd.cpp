// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include "process/spawn_kernel.hpp"

extern "C" char** environ;

namespace conq::detail {

void close_descriptors(int first, int last) noexcept {
  if (last == last_descriptor) {
    ::fcntl(first, F_CLOSEM);
    return;
  }
  for (int fd = first; fd <= last; ++fd) ::close(fd);
}

char** environment() noexcept { return ::environ; }

}  // namespace conq::detail
