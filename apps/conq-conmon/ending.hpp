// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include "options.hpp"

namespace conq::conmon {

/// The files that tell of the container's end. What goes wrong is said.
void write_exit_files(const Options& options, int status) noexcept;

/// Closes all descriptors, runs the exit command, if there is one, and waits for it. Returns its
/// status.
int run_exit_command(const Options& options, const sigset_t& mask) noexcept;

}  // namespace conq::conmon
