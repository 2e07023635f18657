// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <system_error>

namespace conq::detail {

/// Forks of this process are counted from the first call that succeeds on. Errors: ENOMEM.
void count_forks(std::error_code& ec) noexcept;

/// How many forks this process is away from that; async-signal-safe, thread-safe. A child made by a
/// bare clone(2) or vfork(2) is not counted.
unsigned forks() noexcept;

}  // namespace conq::detail
