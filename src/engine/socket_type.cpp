// SPDX-License-Identifier: Apache-2.0
#include "engine/socket_type.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace conq::detail {

int socket_type(int fd) noexcept {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0) return type;
  return errno == ENOTSOCK ? 0 : -1;
}

}  // namespace conq::detail
