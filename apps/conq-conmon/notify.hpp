// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "conq/conq.hpp"

namespace conq::conmon {

/// The notify socket that a container is given, BUNDLE/notify/notify.sock (datagrams, mode 0777):
/// passes READY=1 and WATCHDOG=1 on to the host's as conmon does, and nothing else.
class NotifyRelay {
 public:
  /// Throws std::system_error if the socket cannot be made.
  NotifyRelay(Poller& poller, const std::string& bundle, const std::string& host_socket);
  ~NotifyRelay();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace conq::conmon
