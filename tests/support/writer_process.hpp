// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string_view>

#include "conq/fd.hpp"

namespace conq::test {

/// A process of its own that writes `text` to `fd` and exits at once; `fd` is closed here, so that
/// the process's exit is what closes the last one. To be reaped by reap().
pid_t write_and_exit(Fd fd, std::string_view text);

/// Waits for a child of ours; fails the test unless it exited with 0.
void reap(pid_t pid);

}  // namespace conq::test
