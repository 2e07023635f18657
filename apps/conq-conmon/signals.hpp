// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>

#include <functional>

#include "conq/conq.hpp"

namespace conq::conmon {

/// The signals that the monitor lives by, blocked and told in the poller's wait(): CHLD, IO, TERM,
/// INT, QUIT and, as conmon has it, USR1, which makes it look for ended processes.
class Signals {
 public:
  /// Throws std::system_error.
  Signals(Poller& poller, std::function<void(int)> told);
  /// What the mask was before, for children.
  const sigset_t& mask() const { return mask_; }

 private:
  void read();

  sigset_t mask_{};
  PolledStream stream_;
  std::function<void(int)> told_;
};

}  // namespace conq::conmon
