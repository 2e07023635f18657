// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/traced_linux.hpp"

#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace conq::test {
namespace {

constexpr int at_system_call = SIGTRAP | 0x80;  // as PTRACE_O_TRACESYSGOOD has it

/// Waits for it to stop; what stopped it, or 0 if it has ended. Its end is left to others to reap.
int wait_stopped(pid_t pid) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WEXITED | WNOWAIT) != 0) {
    if (errno != EINTR) return 0;
  }
  return info.si_code == CLD_TRAPPED ? info.si_status : 0;
}

bool go_on(pid_t pid, int signal) {
  return ::ptrace(PTRACE_SYSCALL, pid, nullptr, static_cast<long>(signal)) == 0;
}

}  // namespace

bool can_trace() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0 ? 0 : 1);
  int status = 1;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && status == 0;
}

void be_traced() {
  // LeakSanitizer cannot look for leaks in a process that is traced, and fails.
  const char* const options = std::getenv("ASAN_OPTIONS");
  const std::string without = std::string(options != nullptr ? options : "") + ":detect_leaks=0";
  ::setenv("ASAN_OPTIONS", without.c_str(), 1);
  ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
}

std::size_t pass_system_calls(pid_t pid, std::size_t count) {
  if (wait_stopped(pid) == 0) return 0;
  ::ptrace(PTRACE_SETOPTIONS, pid, nullptr,
           static_cast<long>(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
  std::size_t passed = 0;
  int signal = 0;
  while (passed < count && go_on(pid, signal)) {
    const int stop = wait_stopped(pid);
    if (stop == 0) break;
    if (stop == at_system_call) ++passed;
    signal = stop == at_system_call ? 0 : stop;
  }
  return passed;
}

void let_go(pid_t pid) { ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr); }

}  // namespace conq::test
