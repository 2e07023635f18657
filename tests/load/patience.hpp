// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace conq::load {

/// For what has to happen: reached only where it does not.
inline constexpr std::chrono::seconds patience{60};

}  // namespace conq::load
