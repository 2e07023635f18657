// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "conq/process.hpp"

namespace conq::test {

inline ProcessOptions program(std::vector<std::string> argv) {
  ProcessOptions options;
  options.argv = std::move(argv);
  return options;
}

/// A shell script to be spawned.
inline ProcessOptions shell(std::string script) {
  return program({"/bin/sh", "-c", std::move(script)});
}

}  // namespace conq::test
