// SPDX-License-Identifier: Apache-2.0
// The simplest use: reads and writes that block. No thread, no wait(): a blocked call turns the
// queue.

#include <array>
#include <conq/conq.hpp>
#include <iostream>

#include "text.hpp"

// [readme]
int main() {
  conq::Poller poller;
  conq::Process shell =
      conq::Process::spawn(poller, {.argv = {"sh", "-c", "read name; echo hello, $name; exit 3"}});
  conq::PolledConsole& console = shell.console();

  console.disable_echo();
  console.write(bytes("conq\n"));
  std::array<std::byte, 4096> buffer;
  while (const std::size_t count = console.read(buffer)) {
    std::cout << text(std::span(buffer).first(count));
  }
  std::cout << "exit status " << shell.wait().code << '\n';
}
// [/readme]
