// SPDX-License-Identifier: Apache-2.0
// In the place of src/process/spawn.cpp, as no process of the host's can be in the simulation: what
// is started is one of Kernel::programs, or a simple script of sh.

#include "process/spawn.hpp"

#include <array>

#include "tests/simulation/kernel/shell.hpp"
#include "tests/simulation/kernel/system_call.hpp"

namespace conq::detail {
namespace {

std::optional<std::deque<sim::Step>> script_of(const std::vector<std::string>& argv) {
  if (argv.size() != 3 || argv[0] != "/bin/sh" || argv[1] != "-c") return std::nullopt;
  return sim::steps_of(argv[2]);
}

}  // namespace

pid_t spawn(const SpawnRequest& request, std::error_code& ec, std::string& failed_call) {
  sim::SystemCall entered;
  sim::Kernel& kernel = entered.kernel;
  ec.clear();
  failed_call = "exec " + request.argv.front();
  std::deque<sim::Step> steps;
  if (const auto program = kernel.programs.find(request.argv.front());
      program != kernel.programs.end()) {
    steps = program->second;
  } else if (const auto script = script_of(request.argv)) {
    steps = *script;
  } else {
    ec = std::make_error_code(std::errc::no_such_file_or_directory);
    return -1;
  }
  const std::array<int, 3> descriptors{request.slave_fd, request.slave_fd, request.slave_fd};
  sim::Process& process = kernel.spawn(std::move(steps), descriptors);
  process.leads_session = true;
  // The call is not over yet, so nothing of the program has run.
  if (request.released_slave != nullptr) kernel.close(request.released_slave->release());
  return process.pid;
}

}  // namespace conq::detail
