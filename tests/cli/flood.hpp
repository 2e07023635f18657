// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace conq::test {

/// The length of a line that `flood` writes, with its line feed.
inline constexpr std::size_t flood_line = 80;

/// How many of them are at least so many bytes.
constexpr std::uint64_t flood_lines(std::uint64_t bytes) {
  return (bytes + flood_line - 1) / flood_line;
}

/// Appends the line of this number: another one for each, so that one that is lost, doubled or torn
/// shows.
inline void append_flood_line(std::string& text, std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (int shift = 28; shift >= 0; shift -= 4) text += digits[(number >> shift) & 0xf];
  text.append(flood_line - 9, static_cast<char>('a' + number % 26));
  text += '\n';
}

}  // namespace conq::test
