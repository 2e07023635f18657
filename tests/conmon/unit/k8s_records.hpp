// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/bytes.hpp"

namespace conq::conmon {

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// `stdout F text` of each record, the times cut off; a record that is none shows as it is.
inline std::vector<std::string> records(std::string_view text) {
  constexpr std::size_t time_and_space = 36;
  std::vector<std::string> all;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const bool good = end != text.npos && line.size() > time_and_space && line[10] == 'T';
    all.emplace_back(good ? line.substr(time_and_space) : "broken: " + std::string(line));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return all;
}

}  // namespace conq::conmon
