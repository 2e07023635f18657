// SPDX-License-Identifier: Apache-2.0
// Linux, FreeBSD, NetBSD, OpenBSD.
#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "device/throwing.hpp"
#include "process/spawn_kernel.hpp"

namespace conq::detail {

void make_pipe(Fd& read_end, Fd& write_end, std::error_code& ec) noexcept {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    ec = last_error();
    return;
  }
  ec.clear();
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
}

}  // namespace conq::detail
