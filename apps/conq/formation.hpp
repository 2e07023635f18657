// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace conq::app {

/// How many of each process are to run.
struct Formation {
  std::map<std::string, int> counts;
  int others = 0;  ///< of each process that `counts` does not name

  int count_of(const std::string& name) const {
    const auto found = counts.find(name);
    return found == counts.end() ? others : found->second;
  }
};

/// Reads "web=2,worker=3"; "all=1" is about the processes not named, of which else none runs.
/// Throws a Failure about usage.
Formation parse_formation(std::string_view text);

}  // namespace conq::app
