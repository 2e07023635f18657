// SPDX-License-Identifier: Apache-2.0
// A program on a terminal of its own, relayed to our stdin and stdout, which may be anything: a
// small `conq run`. Takes what is typed through `tr`; try `echo hello | ./example_relay`.

#include <unistd.h>

#include <conq/conq.hpp>
#include <iostream>

int main() {
  conq::Poller poller;
  conq::PolledStream in = poller.add(conq::Fd(::dup(STDIN_FILENO)));
  conq::PolledStream out = poller.add(conq::Fd(::dup(STDOUT_FILENO)));
  conq::Process program = conq::Process::spawn(poller, {.argv = {"tr", "a-z", "A-Z"}});
  program.console().disable_echo();

  const conq::Relay relay = conq::Relay::start(
      {in, out}, program.console(), {.forward_finish = conq::Finish::type_eof},
      [&](const conq::RelayResult& result) {
        std::cerr << result.forward_bytes << " bytes in, " << result.backward_bytes << " out\n";
        poller.close();
      });
  poller.wait();
  return program.wait().shell_status();
}
