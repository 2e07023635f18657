// SPDX-License-Identifier: Apache-2.0
// FreeBSD, NetBSD and OpenBSD, from their manual pages.
#include <sys/socket.h>
#include <unistd.h>

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

uid_t peer_user(int connection, std::error_code& ec) noexcept {
  uid_t user = 0;
  gid_t group = 0;
  ec = ::getpeereid(connection, &user, &group) == 0 ? std::error_code() : last_error();
  return user;
}

}  // namespace conq::detail
