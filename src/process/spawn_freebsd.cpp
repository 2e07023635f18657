// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "process/spawn_kernel.hpp"

extern "C" char** environ;

namespace conq::detail {

void close_descriptors(int first, int last) noexcept {
  ::close_range(static_cast<unsigned>(first), static_cast<unsigned>(last), 0);
}

char** environment() noexcept { return ::environ; }

}  // namespace conq::detail
