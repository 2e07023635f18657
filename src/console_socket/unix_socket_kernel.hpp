// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <system_error>

#include "conq/fd.hpp"

// What each kernel does its own way with unix sockets, in unix_socket_cloexec.cpp or
// unix_socket_darwin.cpp, and in peer_user_linux.cpp or peer_user_bsd.cpp: the build compiles one
// of each.

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
