// SPDX-License-Identifier: Apache-2.0
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "tests/support/thread_state.hpp"

namespace conq::test {

KernelThread this_kernel_thread() { return ::syscall(SYS_gettid); }

std::optional<ThreadState> thread_state(KernelThread thread) {
  std::ifstream status("/proc/" + std::to_string(thread) + "/status");
  ThreadState state;
  std::string field;
  while (status >> field) {
    if (field == "State:") {
      char letter = 0;
      status >> letter;
      state.asleep = letter == 'S' || letter == 'D';
    } else if (field == "voluntary_ctxt_switches:") {
      status >> state.waits;
      return state;
    }
  }
  return std::nullopt;
}

}  // namespace conq::test
