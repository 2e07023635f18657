// SPDX-License-Identifier: Apache-2.0
// Compiled for each dialect.

#include "tests/simulation/kernel/dialect.hpp"

namespace conq::sim {

const Dialect& built_dialect() {
  static const Dialect& built = dialect_named(CONQ_SIMULATED_DIALECT);
  return built;
}

}  // namespace conq::sim
