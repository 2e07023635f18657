// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/ioctl.h>

#include "tests/simulation/kernel/kernel_calls.hpp"

namespace conq::sim {

Result control_kernels_own(Kernel& kernel, int fd, Pty& terminal, unsigned long request,
                           void* argument) {
  const bool master = kernel.is_master(fd);
  switch (request) {
    case TIOCGPTN:
      if (!master) return Result::failure(ENOTTY);
      *static_cast<unsigned*>(argument) = static_cast<unsigned>(terminal.number);
      return {};
    case TIOCSPTLCK:
      return master ? Result{} : Result::failure(ENOTTY);
    case TIOCGPTPEER:
      if (!master) return Result::failure(ENOTTY);
      return kernel.open(terminal.slave_path(),
                         static_cast<int>(reinterpret_cast<std::intptr_t>(argument)));
    case TIOCGDEV:
      // Major 136 is that of Unix98 slaves, 5 that of /dev/ptmx.
      *static_cast<unsigned*>(argument) =
          master ? 0x502U : 0x8800U | static_cast<unsigned>(terminal.number);
      return {};
    default:
      return Result::failure(ENOTTY);
  }
}

}  // namespace conq::sim
