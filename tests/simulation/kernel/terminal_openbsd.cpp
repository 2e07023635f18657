// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/simulation/kernel/kernel_calls.hpp"
#include "tests/simulation/kernel/system_call.hpp"

namespace conq::sim {

Result control_kernels_own(Kernel& /*kernel*/, int /*fd*/, Pty& /*terminal*/,
                           unsigned long /*request*/, void* /*argument*/) {
  return Result::failure(ENOTTY);
}

}  // namespace conq::sim

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the linker's
extern "C" char* __wrap_ptsname(int fd) {
  using namespace conq::sim;
  static std::string name;
  SystemCall entered;
  const std::shared_ptr<Pty> terminal = entered.kernel.terminal(fd);
  if (terminal == nullptr || !entered.kernel.is_master(fd)) {
    errno = entered.kernel.find(fd) == nullptr ? EBADF : ENOTTY;
    return nullptr;
  }
  name = terminal->slave_path();
  return name.data();
}
