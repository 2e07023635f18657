// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "bench/support/job.hpp"
#include "conq/fd.hpp"

namespace conq::bench {

/// What the process at a console is to do.
struct FarEnd {
  Workload workload;
  std::size_t console;
  std::uint64_t bytes;  ///< 0: no end
  std::size_t line;
  int go_fd;      ///< at its end when it is to begin
  int result_fd;  ///< told what was read
  int over_fd;    ///< at its end when nobody needs it any more
};

/// What a reader has to say; small enough for a pipe to keep it in one piece.
struct Received {
  std::uint64_t bytes = 0, wrong = 0;
};

/// Plays the part. The slave is closed when it is played, the process ends later: that costs time,
/// which would be taken for the contender's.
void play(const FarEnd& part, Fd slave);

/// Returns when nobody holds the other end of a pipe any more.
void wait_for_end_of(int pipe);

}  // namespace conq::bench
