// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "conq/fd.hpp"

namespace conq::test {

/// The sending side of a console socket, as a runtime or somebody hostile would be it.
class ConsolePeer {
 public:
  ConsolePeer() = default;
  explicit ConsolePeer(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    ::fcntl(socket_.get(), F_SETFD, FD_CLOEXEC);
    ::signal(SIGPIPE, SIG_IGN);  // not every kernel has MSG_NOSIGNAL
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof address.sun_path - 1);
    error_ =
        ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0
            ? 0
            : errno;
  }

  /// Why it could not connect; 0 if it could.
  int error() const { return error_; }

  /// One sendmsg(2): `text`, which must not be empty, and with its first byte `fds`. Whether all
  /// was taken.
  bool send(std::string_view text, const std::vector<int>& fds = {}) {
    // A const_cast, as sendmsg(2) only reads what it is given.
    iovec piece{const_cast<char*>(text.data()), text.size()};
    const std::size_t size = fds.size() * sizeof(int);
    std::vector<cmsghdr> control(fds.empty() ? 0 : CMSG_SPACE(size) / sizeof(cmsghdr) + 1);
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    if (!fds.empty()) {
      message.msg_control = control.data();
      message.msg_controllen = static_cast<decltype(message.msg_controllen)>(CMSG_SPACE(size));
      cmsghdr* const header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = static_cast<decltype(header->cmsg_len)>(CMSG_LEN(size));
      std::memcpy(CMSG_DATA(header), fds.data(), size);
    }
    return ::sendmsg(socket_.get(), &message, 0) == static_cast<ssize_t>(text.size());
  }

  void close() { socket_.reset(); }
  int fd() const { return socket_.get(); }

 private:
  Fd socket_;
  int error_ = 0;
};

}  // namespace conq::test
