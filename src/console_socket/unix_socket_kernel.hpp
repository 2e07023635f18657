// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <system_error>

#include "conq/fd.hpp"

// What each kernel does its own way with unix sockets. unix_socket_linux.cpp,
// unix_socket_darwin.cpp and unix_socket_bsd.cpp define the same functions; the build compiles one
// of them.

namespace conq::detail {

/// A unix stream socket, close-on-exec.
Fd open_unix_socket(std::error_code& ec) noexcept;

/// The next connection of a listening socket, close-on-exec.
Fd accept_connection(int listener, std::error_code& ec) noexcept;

/// recvmsg(2), with the descriptors that came close-on-exec; what it returns, and errno.
ssize_t receive_message(int connection, msghdr& message) noexcept;

/// The effective user that the peer had when it connected.
uid_t peer_user(int connection, std::error_code& ec) noexcept;

}  // namespace conq::detail
