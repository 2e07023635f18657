// SPDX-License-Identifier: Apache-2.0
// Linux, and from their manual pages FreeBSD, NetBSD and OpenBSD.
#include <sys/socket.h>

#include <cerrno>

#include "console_socket/unix_socket_kernel.hpp"
#include "device/throwing.hpp"

namespace conq::detail {

Fd open_unix_socket(std::error_code& ec) noexcept {
  Fd made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ec = made ? std::error_code() : last_error();
  return made;
}

Fd accept_connection(int listener, std::error_code& ec) noexcept {
  Fd accepted(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
  ec = accepted ? std::error_code() : last_error();
  return accepted;
}

ssize_t receive_message(int connection, msghdr& message) noexcept {
  return ::recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
}

}  // namespace conq::detail
