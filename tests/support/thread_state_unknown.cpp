// SPDX-License-Identifier: Apache-2.0
#include "tests/support/thread_state.hpp"

namespace conq::test {

KernelThread this_kernel_thread() { return 0; }
std::optional<ThreadState> thread_state(KernelThread /*thread*/) { return std::nullopt; }

}  // namespace conq::test
