// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace conq::test {

/// What a recording of `conq run --record` holds.
struct Cast {
  nlohmann::json header;
  std::string output;
  std::vector<std::string> resizes;
  double last = 0;      ///< time of its last event, in seconds
  bool is_cut = false;  ///< its last line has no end, and is not looked at
};

/// Reads a recording, up to its last whole line; fails the test where such a line is none of a
/// recording, or where time goes back.
Cast parse_cast(const std::string& path);

/// A whole file, empty where there is none.
std::string text_of(const std::string& path);

}  // namespace conq::test
