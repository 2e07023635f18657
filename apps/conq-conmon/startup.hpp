// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "conq/conq.hpp"
#include "options.hpp"

namespace conq::conmon {

/// What the engine has opened for the monitor.
struct Inherited {
  Fd sync;                  ///< _OCI_SYNCPIPE
  Fd start;                 ///< _OCI_STARTPIPE
  Fd attach;                ///< _OCI_ATTACHPIPE
  std::vector<int> others;  ///< ports kept busy and the like: to be held until the container's end
};

/// Takes the descriptors that the environment names, close-on-exec from then on. Throws.
Inherited take_inherited();

/// Waits for the engine's byte, or the end of its pipe: it has moved this process to its cgroup.
void wait_for_start(const Fd& start);

/// Forks; the parent writes the pidfile and leaves, status 0, or 1 with a message. Returns in the
/// child. Throws where it cannot fork.
void leave_parent(const Options& options);

/// /dev/null over standard input, output and error, for which whoever started us may wait. Throws.
void leave_standard_streams();

}  // namespace conq::conmon
