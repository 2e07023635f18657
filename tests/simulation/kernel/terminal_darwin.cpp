// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/sysctl.h>

#include <cstring>

#include "tests/simulation/kernel/kernel_calls.hpp"

namespace conq::sim {

Result control_kernels_own(Kernel& kernel, int fd, Pty& terminal, unsigned long request,
                           void* argument) {
  if (request != TIOCPTYGNAME || !kernel.is_master(fd)) return Result::failure(ENOTTY);
  const std::string path = terminal.slave_path();
  std::memcpy(argument, path.c_str(), path.size() + 1);
  return {};
}

}  // namespace conq::sim

// Of the controlling terminal, which nobody has here.
extern "C" char* devname_r(dev_t, mode_t, char*, int) { return nullptr; }
extern "C" int sysctl(int*, u_int, void*, size_t*, void*, size_t) {
  errno = ENOENT;
  return -1;
}
