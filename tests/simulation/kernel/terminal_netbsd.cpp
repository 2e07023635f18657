// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>

#include <cstring>

#include "tests/simulation/kernel/kernel_calls.hpp"

namespace conq::sim {

Result control_kernels_own(Kernel& kernel, int fd, Pty& terminal, unsigned long request,
                           void* argument) {
  if (request != TIOCPTSNAME || !kernel.is_master(fd)) return Result::failure(ENOTTY);
  const std::string path = terminal.slave_path();
  std::memcpy(static_cast<ptmget*>(argument)->sn, path.c_str(), path.size() + 1);
  return {};
}

}  // namespace conq::sim
