// SPDX-License-Identifier: Apache-2.0
// Starting programs: where, with what environment, how large, and how they end.

#include <array>
#include <conq/conq.hpp>
#include <csignal>
#include <iostream>
#include <system_error>

#include "text.hpp"

namespace {

void show(conq::Process& process) {
  std::array<std::byte, 4096> buffer;
  while (const std::size_t count = process.console().read(buffer)) {
    std::cout << text(std::span(buffer).first(count));
  }
  const conq::ExitStatus status = process.wait();
  if (status.signal != 0) {
    std::cout << "killed by signal " << status.signal << '\n';
  } else {
    std::cout << "exit status " << status.code << '\n';
  }
}

}  // namespace

int main() {
  conq::Poller poller;

  conq::Process placed = conq::Process::spawn(
      poller, {.argv = {"sh", "-c", "echo $GREETING from $(pwd); stty size; exit 4"},
               .environment = {{"GREETING=hello", "PATH=/bin:/usr/bin"}},
               .directory = "/",
               .size = {.rows = 30, .cols = 100}});
  show(placed);

  conq::Process endless = conq::Process::spawn(poller, {.argv = {"sleep", "1000"}});
  endless.kill(SIGTERM);
  show(endless);

  std::error_code ec;
  conq::Process::spawn(poller, {.argv = {"no-such-program"}}, ec);
  std::cout << "no-such-program: " << ec.message() << '\n';
}
