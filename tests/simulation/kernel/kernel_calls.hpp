// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/kernel/kernel.hpp"

namespace conq::sim {

/// The ioctl(2) requests that one kernel alone has; a file for each, as with the product's own.
Result control_kernels_own(Kernel& kernel, int fd, Pty& terminal, unsigned long request,
                           void* argument);

}  // namespace conq::sim

extern "C" int __wrap_fcntl(int fd, int command, ...);
