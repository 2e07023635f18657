// SPDX-License-Identifier: Apache-2.0
// One program for two kernels, the real Linux and the simulated: what it prints has to be the same.

#include <signal.h>

#include "tests/simulation/transcript/chapters.hpp"

namespace conq::transcript {
namespace {

void all_chapters() {
  opening();
  line_mode();
  limits();
  hangups();
  bytes_left_behind();
  window_sizes();
  edges();
  edges_of_room();
  edges_of_the_other_end();
  hangup_edges();
  edges_once_hung_up();
  queues();
  triggers();
  nested_queues();
  descriptors();
  pipes();
  sockets();
  messages();
  counters();
  processes();
  leaders();
  library_reads();
  library_writes();
  library_hangups();
  library_ends();
  library_relays();
  library_processes();
}

}  // namespace
}  // namespace conq::transcript

int main() {
  // EPIPE is to be seen.
  ::signal(SIGPIPE, SIG_IGN);
  conq::transcript::all_chapters();
}
