// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "device/throwing.hpp"
#include "process/descriptors_kernel.hpp"

namespace conq::detail {

void make_pipe(Fd& read_end, Fd& write_end, std::error_code& ec) noexcept {
  // There is no pipe2(2): a fork and exec of another thread in between gets both ends.
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    ec = last_error();
    return;
  }
  ec.clear();
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
}

void close_from(int lowest) noexcept {
  const int limit = ::getdtablesize();
  for (int fd = lowest; fd < limit; ++fd) ::close(fd);
}

}  // namespace conq::detail
