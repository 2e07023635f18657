// SPDX-License-Identifier: Apache-2.0
#include "tests/support/kernel_traits.hpp"

namespace conq::test {

// As the BSDs' sources have it, and the least of them: NetBSD's.
const KernelTraits& kernel_traits() {
  static constexpr KernelTraits traits{false, true, false};
  return traits;
}

}  // namespace conq::test
