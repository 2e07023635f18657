// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <climits>
#include <system_error>

#include "conq/fd.hpp"

// What each kernel does its own way when a process starts. spawn_linux.cpp, spawn_darwin.cpp,
// spawn_freebsd.cpp, spawn_netbsd.cpp and spawn_openbsd.cpp define the same functions; the
// build compiles one of them.

namespace conq::detail {

/// The two ends of a pipe, both close-on-exec.
void make_pipe(Fd& read_end, Fd& write_end, std::error_code& ec) noexcept;

inline constexpr int last_descriptor = INT_MAX;

/// Closes the descriptors from `first` to `last`, open or not. Called between fork and exec:
/// async-signal-safe.
void close_descriptors(int first, int last) noexcept;

/// The environment of this process, as "NAME=value", ended by a null pointer.
char** environment() noexcept;

}  // namespace conq::detail
