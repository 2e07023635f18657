// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command_line.hpp"

namespace conq::app {

/// `conq run`: the exit status. Throws a Failure before the command runs, and conq::Error.
int run(const RunOptions& options);

}  // namespace conq::app
