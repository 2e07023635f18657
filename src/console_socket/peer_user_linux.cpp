// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include "console_socket/unix_socket_kernel.hpp"
#include "device/throwing.hpp"

namespace conq::detail {

uid_t peer_user(int connection, std::error_code& ec) noexcept {
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known = ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  ec = known ? std::error_code() : last_error();
  return peer.uid;
}

}  // namespace conq::detail
