// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <utility>

namespace conq::app {

/// Takes the first line off a text: {the line without its end, the rest}.
inline std::pair<std::string_view, std::string_view> split_line(std::string_view text) noexcept {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  const std::string_view rest =
      end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return {line, rest};
}

inline std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t\r";
  const std::size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

}  // namespace conq::app
