// SPDX-License-Identifier: Apache-2.0
// The same with coroutines: each session reads as if it were alone, and one thread serves them all.

#include <array>
#include <conq/conq.hpp>
#include <conq/task.hpp>
#include <exception>
#include <iostream>
#include <string>

#include "text.hpp"

namespace {

// [readme]
conq::Task<> talk(conq::Poller& poller, std::string name) {
  conq::Process shell =
      conq::Process::spawn(poller, {.argv = {"sh", "-c", "read name; echo hello, $name"}});
  conq::PolledConsole& console = shell.console();
  console.disable_echo();
  co_await console.async_write(bytes(name + "\n"));

  std::string shown;
  std::array<std::byte, 4096> buffer;
  while (const std::size_t count = co_await console.async_read(buffer)) {
    shown += text(std::span(buffer).first(count));
  }
  const conq::ExitStatus status = co_await shell.async_wait();
  std::cout << shown << name << " ended with " << status.code << '\n';
}
// [/readme]

}  // namespace

int main() {
  conq::Poller poller;
  int running = 0;
  for (const char* name : {"one", "two", "three"}) {
    ++running;
    conq::start(talk(poller, name), [&, name](std::exception_ptr failure) {
      if (failure) std::cerr << name << " failed\n";
      if (--running == 0) poller.close();
    });
  }
  poller.wait();
}
