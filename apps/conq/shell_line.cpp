// SPDX-License-Identifier: Apache-2.0
#include "shell_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace conq::app {
namespace {

// What ends a command, begins another, or hides one of these.
constexpr std::string_view special = "|&;<>()`\\#\n\"'";
constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-+";

// Reserved words, and what is or may be built into a shell and does something else there, or only
// there.
constexpr std::array<std::string_view, 60> shell_words{
    ".",      "alias",   "bg",       "bind",    "break", "builtin", "caller",   "case",   "cd",
    "chdir",  "command", "continue", "declare", "dirs",  "disown",  "do",       "done",   "elif",
    "else",   "enable",  "esac",     "eval",    "exec",  "exit",    "export",   "fc",     "fg",
    "fi",     "for",     "function", "getopts", "hash",  "history", "if",       "in",     "jobs",
    "kill",   "let",     "local",    "popd",    "pushd", "read",    "readonly", "return", "select",
    "set",    "shift",   "source",   "then",    "time",  "times",   "trap",     "type",   "typeset",
    "ulimit", "umask",   "unset",    "until",   "wait",  "while"};

/// The line without its quoted parts; `ok` is false if a quote has no end or holds a command.
std::string without_quotes(std::string_view line, bool& ok) {
  std::string plain;
  while (!line.empty()) {
    const char quote = line.front();
    if (quote != '\'' && quote != '"') {
      plain += quote;
      line.remove_prefix(1);
      continue;
    }
    const std::size_t end = line.find(quote, 1);
    const std::string_view inside = line.substr(0, end);
    ok = ok && end != std::string_view::npos;
    if (quote == '"') {
      ok = ok && inside.find_first_of("`\\") == std::string_view::npos &&
           inside.find("$(") == std::string_view::npos;
    }
    if (!ok) return {};
    line.remove_prefix(end + 1);
    plain += '_';
  }
  return plain;
}

}  // namespace

bool is_plain_command(std::string_view line) {
  const std::string_view first = line.substr(0, line.find_first_of(" \t"));
  if (first.empty() || first.find_first_not_of(name_characters) != std::string_view::npos) {
    return false;
  }
  if (std::find(shell_words.begin(), shell_words.end(), first) != shell_words.end()) return false;
  bool ok = true;
  const std::string plain = without_quotes(line, ok);
  return ok && plain.find_first_of(special) == std::string::npos;
}

bool ends_in_exec(std::string_view line) {
  bool ok = true;
  const std::string plain = without_quotes(line, ok);
  if (!ok || plain.find_first_of("()`\\#\n") != std::string::npos) return false;
  const std::size_t before = plain.find_last_of(";&|");
  // In a pipe it is another shell that is replaced.
  if (before != std::string::npos && plain[before] == '|' &&
      (before == 0 || plain[before - 1] != '|')) {
    return false;
  }
  std::istringstream words(before == std::string::npos ? plain : plain.substr(before + 1));
  std::string exec;
  std::string program;
  words >> exec >> program;
  return exec == "exec" && !program.empty() &&
         program.find_first_not_of(name_characters) == std::string::npos;
}

std::vector<std::string> shell_command(std::string_view line,
                                       std::optional<std::uint64_t> open_files) {
  const std::string limit = open_files ? fmt::format("ulimit -S -n {}; ", *open_files) : "";
  const std::string_view first = is_plain_command(line) ? "exec "
                                 : ends_in_exec(line)   ? ""
                                                        : "trap exit TERM; ";
  return {"/bin/sh", "-c", fmt::format("{}{}{}", limit, first, line)};
}

}  // namespace conq::app
