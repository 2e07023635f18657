// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <system_error>

#include "console_socket/console_message.hpp"
#include "console_socket/listening_socket.hpp"
#include "engine/registration.hpp"

namespace conq::detail {

/// A console socket on a queue: first the socket that listens, then the one connection.
class ConsoleArrival final : public ArrivalRegistration {
 public:
  explicit ConsoleArrival(std::shared_ptr<Engine> of) noexcept
      : ArrivalRegistration(std::move(of), Kind::arrival) {}

  /// Throws std::bad_alloc only.
  void listen(const std::string& path, std::error_code& ec);
  Arrival look(int fd) noexcept override;
  SocketFile& file() noexcept { return file_; }

 private:
  Arrival accept(int listener) noexcept;

  SocketFile file_;
  ConsoleMessage message_;
  bool connected_ = false;  ///< only who looks asks for it
};

}  // namespace conq::detail
