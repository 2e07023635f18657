// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::app {

/// From now on each process that conq starts gets `signal` when conq has ended, even by SIGKILL,
/// where the kernel can do that: Linux. The hangup of its terminal alone leaves those that take
/// SIGHUP for something else than an end, as servers that read their configuration anew do.
///
/// Only the process itself gets it, not what it starts, and none that is setuid. On Linux the end
/// of the thread that started it counts, so that only the thread which lasts as long as conq may
/// start processes.
void send_at_our_end(int signal);

}  // namespace conq::app
