// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/sysctl.h>

#include <cstdio>
#include <cstring>

#include "tests/simulation/kernel/kernel_calls.hpp"
#include "tests/simulation/kernel/system_call.hpp"

namespace conq::sim {

Result control_kernels_own(Kernel& kernel, int fd, Pty& terminal, unsigned long request,
                           void* argument) {
  if (request != TIOCPTYGNAME || !kernel.is_master(fd)) return Result::failure(ENOTTY);
  const std::string path = terminal.slave_path();
  std::memcpy(argument, path.c_str(), path.size() + 1);
  return {};
}

}  // namespace conq::sim

namespace {
constexpr auto no_device = static_cast<dev_t>(-1);
}  // namespace

extern "C" char* devname_r(dev_t device, mode_t, char* name, int size) {
  if (device == no_device) return nullptr;
  std::snprintf(name, static_cast<std::size_t>(size), "ttys%u", static_cast<unsigned>(device));
  return name;
}

/// What it is asked for is this process.
extern "C" int sysctl(int*, u_int, void* process, size_t*, void*, size_t) {
  const conq::sim::SystemCall entered;
  const auto terminal = entered.kernel.controlling_terminal.lock();
  static_cast<kinfo_proc*>(process)->kp_eproc.e_tdev =
      terminal == nullptr ? no_device : static_cast<dev_t>(terminal->number);
  return 0;
}
