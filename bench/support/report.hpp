// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace conq::bench {

/// A line of JSON: names and whole numbers.
class Report {
 public:
  void add(const std::string& name, std::uint64_t value) {
    fields_ += (fields_.empty() ? "\"" : ", \"") + name + "\": " + std::to_string(value);
  }
  std::string text() const { return "{" + fields_ + "}\n"; }

 private:
  std::string fields_;
};

}  // namespace conq::bench
