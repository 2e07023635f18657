// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/scenarios.hpp"

#include <array>

namespace conq::test {

std::span<const Scenario> scenarios() {
  static constexpr std::array<Scenario, 16> all{{
      {"Terminals", terminals},
      {"ForeignTerminals", foreign_terminals},
      {"CurrentTerminal", current_terminal},
      {"BlockingCalls", blocking_calls},
      {"Handlers", handlers},
      {"Coroutines", coroutines},
      {"BusyConsoles", busy_consoles},
      {"NestedLoops", nested_loops},
      {"Streams", streams},
      {"Hangups", hangups},
      {"Ends", ends},
      {"Processes", processes},
      {"ProcessesInCoroutines", processes_in_coroutines},
      {"RefusedProcesses", refused_processes},
      {"ConsoleSockets", console_sockets},
      {"Relays", relays},
  }};
  return all;
}

}  // namespace conq::test
