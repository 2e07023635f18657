// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "engine/registration.hpp"

namespace conq::detail {

/// The message of a runtime, as it comes through a connection piece by piece: bytes of a name, and
/// one descriptor with the last of them.
class ConsoleMessage {
 public:
  /// One recvmsg(2). The first descriptor, too many bytes or the end of the stream are the end.
  Arrival receive(int connection) noexcept;

 private:
  Arrival take(Fd descriptor) noexcept;

  std::string name_;
};

}  // namespace conq::detail
