// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace conq::test {

/// What a test cannot ask for on every kernel.
struct KernelTraits {
  /// The last slave's close leaves what is unread to the master; elsewhere it waits until that is
  /// read, so a console is not hung up before.
  bool hangup_leaves_bytes;
  /// A session leader's exit waits until its terminal is drained.
  bool exit_waits_for_terminal;
  /// A hangup makes an event.
  bool hangup_makes_event;
};

const KernelTraits& kernel_traits();

/// Every kernel keeps as many bytes for a console that nobody reads.
inline constexpr std::size_t fits_everywhere = 900;

}  // namespace conq::test
