// SPDX-License-Identifier: Apache-2.0
// The least that a container's monitor can do: what a command writes to its terminal goes into a
// file as it is, by blocking reads and writes. Prints its own CPU time in ns.

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <span>

namespace {

/// As the monitor's: a terminal gives fewer at once.
constexpr std::size_t room = 32768;

std::int64_t cpu_ns() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return spent.tv_sec * std::int64_t{1'000'000'000} + spent.tv_nsec;
}

bool write_whole(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: bench_bare_copy FILE COMMAND [ARGUMENT...]\n";
    return EXIT_FAILURE;
  }
  const int file = ::open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int master = -1;
  const pid_t child = ::forkpty(&master, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::execvp(argv[2], argv + 2);
    ::_exit(127);
  }
  if (file < 0 || child < 0) {
    std::perror("bench_bare_copy");
    return EXIT_FAILURE;
  }
  std::array<std::byte, room> buffer{};
  const std::int64_t before = cpu_ns();
  for (;;) {
    const ssize_t count = ::read(master, buffer.data(), buffer.size());
    if (count <= 0) break;
    if (!write_whole(file, std::span(buffer).first(static_cast<std::size_t>(count)))) {
      std::perror(argv[1]);
      return EXIT_FAILURE;
    }
  }
  std::cout << cpu_ns() - before << "\n";
  int status = 0;
  return ::waitpid(child, &status, 0) == child && status == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
