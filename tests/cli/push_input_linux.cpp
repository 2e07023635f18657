// SPDX-License-Identifier: Apache-2.0
// Pushes a line into its terminal's input, with TIOCSTI; says why where the kernel refuses it.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string_view>

int main() {
  for (const char byte : std::string_view("pushed\n")) {
    if (::ioctl(STDIN_FILENO, TIOCSTI, &byte) == 0) continue;
    std::printf("refused: %s\n", std::strerror(errno));
    return 1;
  }
  return 0;
}
