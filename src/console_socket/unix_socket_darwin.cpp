// SPDX-License-Identifier: Apache-2.0
// XNU has neither SOCK_CLOEXEC, accept4 nor MSG_CMSG_CLOEXEC: the flag is set at once instead.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "console_socket/unix_socket_kernel.hpp"
#include "device/throwing.hpp"

namespace conq::detail {
namespace {

Fd closed_on_exec(int fd, std::error_code& ec) noexcept {
  Fd owned(fd);
  ec.clear();
  if (owned && ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) return owned;
  ec = last_error();
  return {};
}

void close_on_exec_each(cmsghdr& rights) noexcept {
  const std::size_t bytes = rights.cmsg_len - CMSG_LEN(0);
  for (std::size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(&rights) + at, sizeof fd);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
}

}  // namespace

Fd open_unix_socket(std::error_code& ec) noexcept {
  return closed_on_exec(::socket(AF_UNIX, SOCK_STREAM, 0), ec);
}

Fd accept_connection(int listener, std::error_code& ec) noexcept {
  return closed_on_exec(::accept(listener, nullptr, nullptr), ec);
}

ssize_t receive_message(int connection, msghdr& message) noexcept {
  const ssize_t count = ::recvmsg(connection, &message, 0);
  if (count < 0) return count;
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
       each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_RIGHTS) close_on_exec_each(*each);
  }
  return count;
}

}  // namespace conq::detail
