// SPDX-License-Identifier: Apache-2.0
#include "procfile.hpp"

#include <fmt/format.h>

#include <map>

#include "failure.hpp"
#include "text.hpp"

namespace conq::app {
namespace {

constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/// Splits `name: command`; returns what is wrong with it, or nothing.
std::string parse_entry(std::string_view line, ProcfileEntry& entry) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "no colon; a line is `name: command`";
  const std::string_view name = trim(line.substr(0, colon));
  const std::string_view command = trim(line.substr(colon + 1));
  if (name.empty()) return "no name before the colon";
  if (name.find_first_not_of(name_characters) != std::string_view::npos) {
    return fmt::format("\"{}\" is no name: letters, digits, - and _ make one", name);
  }
  if (command.empty()) return fmt::format("no command for {}", name);
  // No argument of a program can hold it: the rest would be cut off.
  if (command.find('\0') != std::string_view::npos) {
    return fmt::format("a NUL byte in the command of {}", name);
  }
  entry = {std::string(name), std::string(command)};
  return {};
}

}  // namespace

std::vector<ProcfileEntry> parse_procfile(std::string_view text, std::string_view file) {
  std::vector<ProcfileEntry> entries;
  std::map<std::string, int> line_of;
  for (int number = 1; !text.empty(); ++number) {
    const auto [line, rest] = split_line(text);
    text = rest;
    const std::string_view content = trim(line);
    if (content.empty() || content.front() == '#') continue;
    ProcfileEntry entry;
    std::string wrong = parse_entry(content, entry);
    if (wrong.empty()) {
      const auto [before, is_new] = line_of.emplace(entry.name, number);
      if (!is_new) wrong = fmt::format("{} is in line {} already", entry.name, before->second);
    }
    if (!wrong.empty()) throw Failure(failed, fmt::format("{}:{}: {}", file, number, wrong));
    entries.push_back(std::move(entry));
  }
  if (entries.empty()) throw Failure(failed, fmt::format("{}: no process in it", file));
  return entries;
}

}  // namespace conq::app
