// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string_view>

#include "tests/simulation/kernel/process.hpp"

namespace conq::sim {

/// What `sh -c SCRIPT` does, as far as the tests of processes need it: commands after one another,
/// each one of `echo WORD...`, `printf FORMAT [NUMBER]`, `read NAME`, `exit NUMBER`, `trap '' HUP`,
/// a few of `stty`. None for any other script.
std::optional<std::deque<Step>> steps_of(std::string_view script);

}  // namespace conq::sim
