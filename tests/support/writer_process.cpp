// SPDX-License-Identifier: Apache-2.0
#include "tests/support/writer_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace conq::test {

pid_t write_and_exit(Fd fd, std::string_view text) {
  const pid_t pid = ::fork();
  EXPECT_GE(pid, 0);
  if (pid != 0) return pid;
  // Only what is safe after a fork of a program with threads.
  const char* at = text.data();
  std::size_t left = text.size();
  while (left > 0) {
    const ssize_t count = ::write(fd.get(), at, left);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) ::_exit(1);
    at += count;
    left -= static_cast<std::size_t>(count);
  }
  ::_exit(0);
}

void reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "wait status " << status;
}

}  // namespace conq::test
