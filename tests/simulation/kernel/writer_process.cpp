// SPDX-License-Identifier: Apache-2.0
#include "tests/support/writer_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>

#include "tests/simulation/kernel/system_call.hpp"

namespace conq::test {

pid_t write_and_exit(Fd fd, std::string_view text) {
  pid_t pid = -1;
  {
    sim::SystemCall entered;
    const std::array<int, 1> descriptors{fd.get()};
    pid = entered.kernel
              .spawn({{sim::Step::Kind::write, 0, std::string(text), 0},
                      {sim::Step::Kind::exit, 0, "", 0}},
                     descriptors)
              .pid;
  }
  return pid;
}

void reap(pid_t pid) {
  int status = -1;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

}  // namespace conq::test
