// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

#include "device/throwing.hpp"
#include "process/descriptors_kernel.hpp"

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

void close_from(int lowest) noexcept {
  // By number: the call came with Linux 5.9, glibc's wrapper with 2.34.
  if (::syscall(SYS_close_range, static_cast<unsigned>(lowest), ~0U, 0U) == 0) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (int fd = lowest; fd < static_cast<int>(limit.rlim_max); ++fd) ::close(fd);
}

}  // namespace conq::detail
