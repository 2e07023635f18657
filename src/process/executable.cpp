// SPDX-License-Identifier: Apache-2.0
#include "process/executable.hpp"

#include <unistd.h>

#include <algorithm>

#include "process/spawn_kernel.hpp"

namespace conq::detail {
namespace {

std::string default_path() {
  std::string path(::confstr(_CS_PATH, nullptr, 0), '\0');
  if (!path.empty()) {
    ::confstr(_CS_PATH, path.data(), path.size());
    path.pop_back();
  }
  return path;
}

std::string path_of(const std::vector<std::string>& environment) {
  constexpr std::string_view name = "PATH=";
  for (const std::string& variable : environment) {
    if (variable.starts_with(name)) return variable.substr(name.size());
  }
  return default_path();
}

}  // namespace

std::vector<char*> exec_array(const std::vector<std::string>& strings) {
  std::vector<char*> array;
  array.reserve(strings.size() + 1);
  // exec(2) takes pointers to non-const but changes nothing.
  for (const std::string& each : strings) array.push_back(const_cast<char*>(each.c_str()));
  array.push_back(nullptr);
  return array;
}

std::vector<std::string> current_environment() {
  std::vector<std::string> variables;
  for (char** each = environment(); each != nullptr && *each != nullptr; ++each) {
    variables.emplace_back(*each);
  }
  return variables;
}

std::vector<std::string> candidates(const std::string& name,
                                    const std::vector<std::string>& environment) {
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> found;
  const std::string path = path_of(environment);
  for (std::size_t start = 0;;) {
    const std::size_t end = std::min(path.find(':', start), path.size());
    const std::string folder = path.substr(start, end - start);
    // An empty entry is the working directory (POSIX, environment variables).
    found.push_back(folder.empty() ? "./" + name : folder + "/" + name);
    if (end == path.size()) return found;
    start = end + 1;
  }
}

}  // namespace conq::detail
