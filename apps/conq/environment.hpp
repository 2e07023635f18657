// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conq::app {

/// The variables that a process is given.
class Environment {
 public:
  Environment() = default;
  /// Those of conq itself.
  static Environment of_this_process();

  void set(std::string_view name, std::string_view value);
  std::optional<std::string> get(std::string_view name) const;
  /// As "NAME=value", in the order of the names.
  std::vector<std::string> list() const;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

/// Whether NO_COLOR is set and not empty, which asks programs to write no colours.
bool colours_unwanted();

}  // namespace conq::app
