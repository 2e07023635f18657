// SPDX-License-Identifier: Apache-2.0
// Several shells served by one thread, with handlers. A shell that is silent costs no buffer: each
// read is lent the poller's own.

#include <conq/conq.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "text.hpp"

namespace {

// [readme]
struct Session {
  conq::Process shell;
  std::string shown = {};

  void read_on() {
    shell.console().async_read([this](std::error_code, std::span<const std::byte> piece) {
      if (piece.empty()) return;  // the end, or an error
      shown += text(piece);
      read_on();
    });
  }
};
// [/readme]

}  // namespace

int main() {
  conq::Poller poller;
  std::vector<Session> sessions;
  for (const char* name : {"one", "two", "three"}) {
    sessions.push_back(
        {conq::Process::spawn(poller, {.argv = {"sh", "-c", "echo I am $0; exit ${#0}", name}})});
  }
  std::size_t running = sessions.size();
  for (Session& session : sessions) {
    session.read_on();
    session.shell.async_wait([&](std::error_code, conq::ExitStatus status) {
      std::cout << session.shown << "and end with " << status.code << '\n';
      if (--running == 0) poller.close();
    });
  }
  poller.wait();
}
