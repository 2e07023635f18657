// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command_line.hpp"

namespace conq::app {

/// `conq up`: the exit status. Throws a Failure before any process runs, and conq::Error.
int up(const UpOptions& options);

}  // namespace conq::app
