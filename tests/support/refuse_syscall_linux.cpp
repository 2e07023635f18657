// SPDX-License-Identifier: Apache-2.0
#include "tests/support/refuse_syscall_linux.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace conq::test {
namespace {

constexpr std::uint16_t load = BPF_LD | BPF_W | BPF_ABS;
constexpr std::uint16_t if_equal = BPF_JMP | BPF_JEQ | BPF_K;
constexpr std::uint16_t answer = BPF_RET | BPF_K;

/// Where the low half of the second argument lies, on a machine that stores it first.
constexpr std::uint32_t second_argument = offsetof(seccomp_data, args) + sizeof(std::uint64_t);

bool install(std::vector<sock_filter> filter) {
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

std::uint32_t refusal(int error) { return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error); }

}  // namespace

bool refuse_ioctl(unsigned long request, int error) {
  return install({
      {load, 0, 0, offsetof(seccomp_data, nr)},
      {if_equal, 0, 3, static_cast<std::uint32_t>(SYS_ioctl)},
      {load, 0, 0, second_argument},
      {if_equal, 0, 1, static_cast<std::uint32_t>(request)},
      {answer, 0, 0, refusal(error)},
      {answer, 0, 0, SECCOMP_RET_ALLOW},
  });
}

bool refuse_syscall(long number, int error) {
  return install({
      {load, 0, 0, offsetof(seccomp_data, nr)},
      {if_equal, 0, 1, static_cast<std::uint32_t>(number)},
      {answer, 0, 0, refusal(error)},
      {answer, 0, 0, SECCOMP_RET_ALLOW},
  });
}

}  // namespace conq::test
