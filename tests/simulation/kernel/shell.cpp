// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/shell.hpp"

#include <string>

namespace conq::sim {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Without its quotes.
std::string unquoted(std::string_view word) {
  std::string plain(word);
  std::erase(plain, '\'');
  return plain;
}

/// A format that may begin with %0Nd, and the number for it.
std::string formatted(std::string_view arguments) {
  const std::size_t space = arguments.find(' ');
  const std::string format = unquoted(arguments.substr(0, space));
  if (!format.starts_with("%0") || space == std::string_view::npos) return unquoted(arguments);
  const auto width = std::stoul(format.substr(2));
  const std::string number(trimmed(arguments.substr(space)));
  return std::string(width - number.size(), '0') + number;
}

bool add_command(std::string_view command, std::deque<Step>& steps) {
  const std::size_t space = command.find(' ');
  const std::string_view name = command.substr(0, space);
  const std::string_view arguments =
      space == std::string_view::npos ? "" : trimmed(command.substr(space));
  constexpr int stdout_fd = 1;
  if (name == "echo") {
    steps.push_back({Step::Kind::write, stdout_fd, unquoted(arguments) + "\n", 0});
  } else if (name == "printf") {
    steps.push_back({Step::Kind::write, stdout_fd, formatted(arguments), 0});
  } else if (name == "read") {
    steps.push_back({Step::Kind::read_line, 0, {}, 0});
  } else if (name == "exit") {
    steps.push_back({Step::Kind::exit, 0, {}, std::stoul(std::string(arguments))});
  } else if (command == "trap '' HUP") {
    steps.push_back({Step::Kind::ignore_hangup, 0, {}, 0});
  } else if (command == "stty raw -echo") {
    steps.push_back({Step::Kind::set_raw, 0, {}, 0});
  } else if (command == "stty -echo") {
    steps.push_back({Step::Kind::set_quiet, 0, {}, 0});
  } else if (command == "stty size") {
    steps.push_back({Step::Kind::print_size, 0, {}, 0});
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::optional<std::deque<Step>> steps_of(std::string_view script) {
  if (script.find_first_of("&|<>$()") != std::string_view::npos) return std::nullopt;
  std::deque<Step> steps;
  while (!script.empty()) {
    const std::size_t end = script.find(';');
    if (!add_command(trimmed(script.substr(0, end)), steps)) return std::nullopt;
    script = end == std::string_view::npos ? "" : script.substr(end + 1);
  }
  steps.push_back({Step::Kind::exit, 0, {}, 0});
  return steps;
}

}  // namespace conq::sim
