// SPDX-License-Identifier: Apache-2.0
#include "tests/support/thread_state.hpp"

#include "tests/support/eventually.hpp"

namespace conq::test {

bool wait_until_asleep(KernelThread thread) {
  // A thread that waits a moment for a mutex sleeps too: look again.
  constexpr int looks = 4;
  int same = 0;
  long waits = -1;
  bool known = true;
  const bool at_rest = eventually([&] {
    const auto state = thread_state(thread);
    known = state.has_value();
    if (!known) return true;
    same = state->asleep && state->waits == waits ? same + 1 : 0;
    waits = state->waits;
    return same == looks;
  });
  return known && at_rest;
}

}  // namespace conq::test
