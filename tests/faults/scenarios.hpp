// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "tests/faults/stage.hpp"

namespace conq::test {

/// Something that a program does with conq from beginning to end. Fails the test if a byte is lost
/// or anything else is not as it has to be, but for calls that fail: those end it.
struct Scenario {
  std::string_view name;
  void (*play)(Stage& stage);
};

std::span<const Scenario> scenarios();

// scenarios_terminal.cpp
void terminals(Stage& stage);
void foreign_terminals(Stage& stage);
void current_terminal(Stage& stage);

// scenarios_poller.cpp
void blocking_calls(Stage& stage);
void handlers(Stage& stage);
void coroutines(Stage& stage);
void busy_consoles(Stage& stage);
void nested_loops(Stage& stage);
void streams(Stage& stage);

// scenarios_ends.cpp
void hangups(Stage& stage);
void ends(Stage& stage);

// scenarios_process.cpp
void processes(Stage& stage);
void processes_in_coroutines(Stage& stage);
void refused_processes(Stage& stage);

// scenarios_console_socket.cpp
void console_sockets(Stage& stage);

// scenarios_relay.cpp
void relays(Stage& stage);

}  // namespace conq::test
