// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conq/console.hpp"

namespace conq::app {

/// What programs are told that run without a terminal, as on the first video terminals.
inline constexpr WinSize default_window{24, 80};

/// The size of the terminal that conq is seen in: the first of stdout, stdin and stderr that is one
/// and knows its size, else the default.
WinSize window_size() noexcept;

}  // namespace conq::app
