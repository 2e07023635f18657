// SPDX-License-Identifier: Apache-2.0
// In the place of src/process/spawn.cpp, as no process of the host's can be in the simulation: what
// is started is one of Kernel::programs.

#include "process/spawn.hpp"

#include <array>

#include "tests/simulation/kernel/system_call.hpp"

namespace conq::detail {

pid_t spawn(const SpawnRequest& request, std::error_code& ec, std::string& failed_call) {
  sim::SystemCall entered;
  sim::Kernel& kernel = entered.kernel;
  ec.clear();
  const std::string name = request.argv.empty() ? "" : request.argv.front();
  const auto program = kernel.programs.find(name);
  if (program == kernel.programs.end()) {
    failed_call = "exec " + name;
    ec = std::make_error_code(std::errc::no_such_file_or_directory);
    return -1;
  }
  const std::array<int, 3> descriptors{request.slave_fd, request.slave_fd, request.slave_fd};
  sim::Process& process = kernel.spawn(program->second, descriptors);
  process.leads_session = true;
  return process.pid;
}

}  // namespace conq::detail
