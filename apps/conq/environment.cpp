// SPDX-License-Identifier: Apache-2.0
#include "environment.hpp"

#include <unistd.h>

#include <cstdlib>

// POSIX has the program declare it.
extern char** environ;  // NOLINT(readability-redundant-declaration): some systems declare it

namespace conq::app {

Environment Environment::of_this_process() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.set(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

void Environment::set(std::string_view name, std::string_view value) {
  variables_.insert_or_assign(std::string(name), std::string(value));
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Environment::list() const {
  std::vector<std::string> list;
  list.reserve(variables_.size());
  for (const auto& [name, value] : variables_) list.push_back(name + '=' + value);
  return list;
}

bool colours_unwanted() {
  const char* const value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

}  // namespace conq::app
