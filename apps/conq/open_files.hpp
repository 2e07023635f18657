// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace conq::app {

/// Sees to it that this process may have `wanted` files open, as far as its hard limit goes.
/// Returns the soft limit there was if it had to be raised.
std::optional<std::uint64_t> allow_open_files(std::uint64_t wanted) noexcept;

}  // namespace conq::app
