// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace conq::test {

/// For its lifetime every process whose parent ends becomes a child of this one: so none that a
/// child of ours started, however, gets out of sight.
class Descendants {
 public:
  Descendants();
  Descendants(const Descendants&) = delete;
  Descendants& operator=(const Descendants&) = delete;
  ~Descendants();

  /// Waits until none is left. Those that still are there at the deadline are killed, and told.
  static std::vector<std::string> left();
};

}  // namespace conq::test
