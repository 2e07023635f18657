// SPDX-License-Identifier: Apache-2.0
#include "tests/support/kernel_traits.hpp"

namespace conq::test {

const KernelTraits& kernel_traits() {
  static constexpr KernelTraits traits{true, false, true};
  return traits;
}

}  // namespace conq::test
