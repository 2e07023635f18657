// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>

#include "tests/simulation/random/program.hpp"
#include "tests/simulation/random/trace.hpp"

namespace conq::sim::random {

/// Runs a program in this process; the hash of its trace. Ends the process where it fails.
std::uint64_t run(const Program& program, bool with_text);

/// Runs a program in a process of its own, which is ended where it hangs.
std::optional<Failure> run_isolated(const Program& program, bool with_text);

struct FailedSeed {
  std::uint64_t seed;
  Failure failure;
};
/// The seeds from `first` to `last` - 1 in a process of their own, up to the first that fails.
/// Some are run twice, and have to be the same. `seconds`: ends after that time, 0: never.
std::optional<FailedSeed> run_seeds(std::uint64_t first, std::uint64_t last, Broken broken,
                                    unsigned seconds, std::uint64_t& done);

/// The smallest that still fails in the same way.
Program shrink(Program program, const Failure& failure);

}  // namespace conq::sim::random
