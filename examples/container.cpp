// SPDX-License-Identifier: Apache-2.0
// Runs a container whose console is ours, as runc hands it over, and shows what it says:
//   example_container BUNDLE ID [OPTION-OF-RUNC...]

#include <array>
#include <conq/conq.hpp>
#include <iostream>
#include <string>
#include <system_error>
#include <vector>

#include "text.hpp"

namespace {

template <class Console>
void show(Console& console, std::ostream& to) {
  std::array<std::byte, 4096> buffer;
  while (const std::size_t count = console.read(buffer)) to << text(std::span(buffer).first(count));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: example_container BUNDLE ID [OPTION-OF-RUNC...]\n";
    return 2;
  }
  const std::string bundle = argv[1];
  const std::string id = argv[2];
  const std::vector<std::string> options(argv + 3, argv + argc);

  conq::Poller poller;
  conq::ConsoleSocket socket = conq::ConsoleSocket::listen(poller);

  std::vector<std::string> command = {"runc"};
  command.insert(command.end(), options.begin(), options.end());
  for (const std::string& word :
       {std::string("run"), std::string("--detach"), std::string("--console-socket"), socket.path(),
        std::string("--bundle"), bundle, id}) {
    command.push_back(word);
  }
  // It ends once the container runs; what its own terminal shows is why it does not.
  conq::Process runc = conq::Process::spawn(poller, {.argv = command});
  show(runc.console(), std::cerr);
  if (runc.wait() != conq::ExitStatus{}) return 1;

  // It was sent before runc ended, so this does not wait for long, whatever went wrong.
  conq::PolledConsole console =
      poller.add(socket.receive_for(std::chrono::seconds(10)), {conq::Hangup::end});
  console.resize({.rows = 30, .cols = 100});
  show(console, std::cout);
}
