// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

#include "conq/fd.hpp"

namespace conq::detail {

/// The two ends of a pipe, both close-on-exec.
void make_pipe(Fd& read_end, Fd& write_end, std::error_code& ec) noexcept;

/// Closes every descriptor from `lowest` on. Called between fork and exec: async-signal-safe.
void close_from(int lowest) noexcept;

}  // namespace conq::detail
