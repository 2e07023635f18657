// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <sys/ioctl.h>

#include <cstring>

#include "tests/simulation/kernel/kernel_calls.hpp"
#include "tests/simulation/kernel/system_call.hpp"

namespace conq::sim {

Result control_kernels_own(Kernel& kernel, int fd, Pty& /*terminal*/, unsigned long request,
                           void* /*argument*/) {
  const bool answers = request == TIOCPTMASTER && kernel.is_master(fd);
  return answers ? Result{} : Result::failure(ENOTTY);
}

}  // namespace conq::sim

extern "C" char* fdevname_r(int fd, char* name, int size) {
  using namespace conq::sim;
  SystemCall entered;
  const std::shared_ptr<Pty> terminal = entered.kernel.terminal(fd);
  constexpr std::size_t folder = 5;  // "/dev/"
  const std::string path = terminal == nullptr ? "" : terminal->slave_path().substr(folder);
  if (path.empty() || path.size() >= static_cast<std::size_t>(size)) {
    errno = EINVAL;
    return nullptr;
  }
  std::memcpy(name, path.c_str(), path.size() + 1);
  return name;
}
