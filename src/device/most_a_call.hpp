// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace conq::detail {

/// The bytes that a read or a write is asked for at most: more than any kernel moves in a call.
/// Some refuse more than an int can tell (XNU, EINVAL).
inline constexpr std::size_t most_a_call = std::size_t{1} << 30U;

}  // namespace conq::detail
