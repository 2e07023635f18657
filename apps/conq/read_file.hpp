// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace conq::app {

/// The whole of a file. Throws a Failure that names it.
std::string read_file(const std::string& path);

/// Whether there is something at `path` that is no directory.
bool is_file(const std::string& path) noexcept;

}  // namespace conq::app
