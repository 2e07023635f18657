// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace conq::test {

/// By which the kernel knows a thread, or a process for its first one; for thread_state() alone.
using KernelThread = long;
KernelThread this_kernel_thread();

struct ThreadState {
  bool asleep = false;  ///< waits in the kernel for something
  long waits = 0;       ///< how often it gave up its processor to wait
};

/// None where this kernel is not asked, or the thread is gone.
std::optional<ThreadState> thread_state(KernelThread thread);

/// Whether the thread comes to rest in the kernel before the deadline: asleep, and not woken for
/// some time. False at once where this kernel is not asked: a test that needs to know is skipped
/// there.
bool wait_until_asleep(KernelThread thread);

}  // namespace conq::test
