// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

#include "conq/fd.hpp"

// What each kernel does its own way with ptys. pty_linux.cpp, pty_darwin.cpp, pty_freebsd.cpp,
// pty_netbsd.cpp and pty_openbsd.cpp define the same functions; the build compiles one of them.

namespace conq::detail {

/// Who opened the master that a slave is wanted for: what a path means in our own file system need
/// not be what it means for a stranger's master.
enum class Origin { own, foreign };

/// A new pty master, close-on-exec, never the controlling terminal.
Fd open_master(std::error_code& ec) noexcept;

/// The slave of `master`, close-on-exec, never the controlling terminal.
/// Errors: errc::not_a_console if `master` is no pty master. Throws std::bad_alloc only.
Fd open_slave(int master, Origin origin, std::error_code& ec);

/// The path of the slave of `master`. Throws std::bad_alloc only.
std::string slave_path(int master, std::error_code& ec);

/// Whether `fd` is a pty master, asked of the kernel alone: whoever sent it may say anything.
bool is_master(int fd) noexcept;

/// The path of the terminal `fd`: for a pty master its slave's, for /dev/tty the device behind it.
/// Throws std::bad_alloc only.
std::string tty_name(int fd, std::error_code& ec);

/// `fd` itself; where a queue refuses that, as /dev/tty on macOS, the device behind it, if that can
/// be opened. Throws std::bad_alloc only.
Fd watchable(Fd fd);

/// `error` as the answer to a question only terminals understand: errc::not_a_console where it says
/// that the descriptor is none, itself otherwise.
std::error_code terminal_error(int error) noexcept;

}  // namespace conq::detail
