// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

#include "conq/console.hpp"
#include "conq/fd.hpp"

namespace conq {

/// Both ends of a pseudo-terminal.
struct Pty {
  Console master;  ///< what the program that shows the terminal holds
  Fd slave;        ///< what the program in the terminal holds; open until given away or dropped
  std::string
      slave_name;  ///< the slave's path, for messages: it need not exist in our mount namespace
};

/// Makes a pseudo-terminal, both ends close-on-exec and never the caller's controlling terminal.
/// `size` is set with the slave open, so that it holds on kernels that clear it at the first open
/// (XNU, ttyopen).
/// Errors: ENOSPC or ENOENT or EAGAIN when the kernel has no pty left, EMFILE, ENFILE.
Pty open_pty(WinSize size = {});
Pty open_pty(WinSize size, std::error_code& ec) noexcept;

/// The same from a /dev/ptmx that is open already, for instance one of another devpts instance. The
/// slave is opened from the master itself where the kernel can (Linux 4.13, TIOCGPTPEER), never by
/// a path that somebody else may have laid: see the runc and lxc advisories on foreign devpts.
/// Errors: errc::not_a_console if `ptmx` is no pty master; as open_pty.
Pty open_pty_from(Fd ptmx, WinSize size = {});
Pty open_pty_from(Fd ptmx, WinSize size, std::error_code& ec) noexcept;

}  // namespace conq
