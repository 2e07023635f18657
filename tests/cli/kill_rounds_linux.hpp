// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "tests/cli/tool.hpp"

namespace conq::test {

using Random = std::mt19937;

/// How long a tool lives that nobody disturbs: in time, and in entries to and returns from system
/// calls, 0 where these cannot be counted.
struct Life {
  std::chrono::microseconds time{};
  std::size_t calls = 0;
};
Life measure(const Start& start);

/// Calls `round` again and again, each time with the next seed. How often, and the first seed, are
/// the environment's CONQ_KILL_ROUNDS and CONQ_KILL_SEED, else as many as the build is for, and
/// another seed each time. Stops at the first that fails; the seed is told.
void each_round(const std::function<void(Random&)>& round);

/// What was left of a tool.
struct Remains {
  int status = 0;                  ///< as Tool::wait()
  bool settings_are_back = false;  ///< false, too, where the terminal is gone
  std::vector<std::string> left;   ///< processes
  std::string shown;               ///< that the terminal has
};

/// Starts the tool and has it struck at a random moment from before its main() to behind its end:
/// either at one of its system calls, or after a time, as others run meanwhile.
Remains strike_at_random(Random& random, Start start, const Life& life,
                         const std::function<void(Tool&)>& strike);
/// Likewise by a signal.
Remains signal_at_random(Random& random, const Start& start, const Life& life, int signal);

}  // namespace conq::test
