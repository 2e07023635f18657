// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace conq::detail {

/// The null-terminated array that exec(2) wants; points into `strings`, which has to outlive it.
std::vector<char*> exec_array(const std::vector<std::string>& strings);

/// The environment of this process, as "NAME=value".
std::vector<std::string> current_environment();

/// The paths to try for the program `name`, in order: itself if it has a slash, else one for each
/// folder of the PATH in `environment` (or the system's default path).
std::vector<std::string> candidates(const std::string& name,
                                    const std::vector<std::string>& environment);

}  // namespace conq::detail
