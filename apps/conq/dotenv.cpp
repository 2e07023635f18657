// SPDX-License-Identifier: Apache-2.0
#include "dotenv.hpp"

#include "text.hpp"

namespace conq::app {
namespace {

constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

bool is_quoted_by(char quote, std::string_view value) noexcept {
  return value.size() >= 2 && value.front() == quote && value.back() == quote;
}

/// In two passes, as foreman: in \\n the second backslash belongs to the line feed.
std::string unescape(std::string_view value) {
  std::string with_line_feeds;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value.substr(at, 2) == "\\n") {
      with_line_feeds += '\n';
      ++at;
    } else {
      with_line_feeds += value[at];
    }
  }
  std::string plain;
  for (std::size_t at = 0; at < with_line_feeds.size(); ++at) {
    const bool escaped = with_line_feeds[at] == '\\' && at + 1 < with_line_feeds.size() &&
                         with_line_feeds[at + 1] != '\n';
    if (escaped) ++at;
    plain += with_line_feeds[at];
  }
  return plain;
}

std::string value_of(std::string_view written) {
  if (is_quoted_by('\'', written)) return std::string(written.substr(1, written.size() - 2));
  if (is_quoted_by('"', written)) return unescape(written.substr(1, written.size() - 2));
  return std::string(written);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_dotenv(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> variables;
  while (!text.empty()) {
    const auto [line, rest] = split_line(text);
    text = rest;
    const std::size_t end_of_name = line.find_first_not_of(name_characters);
    if (end_of_name == 0 || end_of_name == std::string_view::npos || line[end_of_name] != '=') {
      continue;
    }
    variables.emplace_back(line.substr(0, end_of_name), value_of(line.substr(end_of_name + 1)));
  }
  return variables;
}

}  // namespace conq::app
