// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::detail {

/// How many forks this process is away from the first that asked; async-signal-safe from the second
/// call on, thread-safe. A child made by a bare clone(2) or vfork(2) is not counted.
unsigned forks() noexcept;

}  // namespace conq::detail
