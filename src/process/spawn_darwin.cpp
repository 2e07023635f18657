// SPDX-License-Identifier: Apache-2.0
#include <crt_externs.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "device/throwing.hpp"
#include "process/spawn_kernel.hpp"

namespace conq::detail {

void make_pipe(Fd& read_end, Fd& write_end, std::error_code& ec) noexcept {
  // There is no pipe2(2). What another thread forks and executes in between gets both ends: the
  // report of our child then seems to go on for as long as that program runs.
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

void close_descriptors(int first, int last) noexcept {
  const int end = std::min(last, ::getdtablesize() - 1);
  for (int fd = first; fd <= end; ++fd) ::close(fd);
}

// environ(7): a shared library has no access to the variable.
char** environment() noexcept { return *::_NSGetEnviron(); }

}  // namespace conq::detail
