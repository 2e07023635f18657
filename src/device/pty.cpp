// SPDX-License-Identifier: Apache-2.0
#include "conq/pty.hpp"

#include <fcntl.h>

#include <new>

#include "device/pty_kernel.hpp"
#include "device/throwing.hpp"

namespace conq {
namespace {

using detail::Origin;

Pty open_pair(Fd master, Origin origin, WinSize size, std::error_code& ec) noexcept try {
  Pty pty;
  pty.slave = detail::open_slave(master.get(), origin, ec);
  if (ec) return {};
  pty.slave_name = detail::slave_path(master.get(), ec);
  if (ec) return {};
  pty.master = Console::from_fd(std::move(master), pty.slave_name, ec);
  if (ec) return {};
  pty.master.resize(size, ec);
  if (ec) return {};
  return pty;
} catch (const std::bad_alloc&) {
  ec = std::make_error_code(std::errc::not_enough_memory);
  return {};
}

}  // namespace

Pty open_pty(WinSize size) {
  std::error_code ec;
  Pty pty = open_pty(size, ec);
  detail::throw_if(ec, "open a pty", {});
  return pty;
}

Pty open_pty(WinSize size, std::error_code& ec) noexcept {
  Fd master = detail::open_master(ec);
  if (ec) return {};
  return open_pair(std::move(master), Origin::own, size, ec);
}

Pty open_pty_from(Fd ptmx, WinSize size) {
  const std::string name = "descriptor " + std::to_string(ptmx.get());
  std::error_code ec;
  Pty pty = open_pty_from(std::move(ptmx), size, ec);
  detail::throw_if(ec, "open a pty from", name);
  return pty;
}

Pty open_pty_from(Fd ptmx, WinSize size, std::error_code& ec) noexcept {
  Fd master = std::move(ptmx);
  if (::fcntl(master.get(), F_SETFD, FD_CLOEXEC) != 0) {
    ec = detail::last_error();
    return {};
  }
  // Before it is asked for its slave: what lies could name any descriptor of ours.
  if (!detail::is_master(master.get())) {
    ec = errc::not_a_console;
    return {};
  }
  return open_pair(std::move(master), Origin::foreign, size, ec);
}

}  // namespace conq
