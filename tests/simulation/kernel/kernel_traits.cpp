// SPDX-License-Identifier: Apache-2.0
#include "tests/support/kernel_traits.hpp"

#include "tests/simulation/kernel/dialect.hpp"

namespace conq::test {

const KernelTraits& kernel_traits() {
  static const sim::Dialect& dialect = sim::built_dialect();
  static const KernelTraits traits{!dialect.last_close_waits, dialect.last_close_waits,
                                   dialect.hangup_wakes_read};
  return traits;
}

}  // namespace conq::test
