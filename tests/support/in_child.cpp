// SPDX-License-Identifier: Apache-2.0
#include "tests/support/in_child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

#include "conq/fd.hpp"

namespace conq::test {
namespace {

// One record a failure or skip: kind, file, line and text, each ended by a 0 byte.
std::string records() {
  std::ostringstream all;
  const auto& result = *testing::UnitTest::GetInstance()->current_test_info()->result();
  for (int i = 0; i < result.total_part_count(); ++i) {
    const testing::TestPartResult& part = result.GetTestPartResult(i);
    if (part.passed()) continue;
    all << (part.skipped() ? 'S' : 'F') << '\0' << (part.file_name() ? part.file_name() : "")
        << '\0' << part.line_number() << '\0' << part.message() << '\0';
  }
  return all.str();
}

[[noreturn]] void run(const std::function<void()>& body, int report) {
  // The parent says what is to be said.
  const int quiet = ::open("/dev/null", O_WRONLY);
  std::fflush(nullptr);
  ::dup2(quiet, STDOUT_FILENO);
  ::close(quiet);
  // A body that has a pty as its controlling terminal is hung up when it drops the master.
  ::signal(SIGHUP, SIG_IGN);
  try {
    body();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "exception in the child: " << error.what();
  }
  const std::string text = records();
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t count = ::write(report, rest.data(), rest.size());
    if (count <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  ::_exit(0);
}

std::string slurp(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t count = ::read(fd, buffer, sizeof buffer);
    if (count == 0 || (count < 0 && errno != EINTR)) return text;
    if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
  }
}

void replay(const std::string& text) {
  std::istringstream all(text);
  std::string kind;
  std::string file;
  std::string line;
  std::string message;
  while (std::getline(all, kind, '\0') && std::getline(all, file, '\0') &&
         std::getline(all, line, '\0') && std::getline(all, message, '\0')) {
    if (kind == "S") GTEST_SKIP() << message;
    ADD_FAILURE_AT(file.c_str(), std::stoi(line)) << message;
  }
}

}  // namespace

void in_child(const std::function<void()>& body) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe(ends), 0);
  Fd from_child(ends[0]);
  Fd report(ends[1]);
  // High, so that a body that asks for particular descriptors, or for the lowest, meets neither.
  constexpr int high = 200;
  report.reset(::fcntl(report.get(), F_DUPFD_CLOEXEC, high));
  from_child.reset(::fcntl(from_child.get(), F_DUPFD_CLOEXEC, high));
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    from_child.reset();
    run(body, report.get());
  }
  report.reset();
  const std::string text = slurp(from_child.get());
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << "the child ended with wait status " << status;
  replay(text);
}

}  // namespace conq::test
