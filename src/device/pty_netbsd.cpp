// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>

#include <cerrno>

#include "device/pty_kernel.hpp"
#include "device/pty_posix.hpp"
#include "device/throwing.hpp"

namespace conq::detail {

Fd open_master(std::error_code& ec) noexcept { return posix_open_master(ec); }

Fd open_slave(int master, Origin /*origin*/, std::error_code& ec) {
  const std::string path = slave_path(master, ec);
  return ec ? Fd() : posix_open_slave(master, path, ec);
}

bool is_master(int fd) noexcept {
  ptmget names{};
  return ::ioctl(fd, TIOCPTSNAME, &names) == 0;
}

std::string slave_path(int master, std::error_code& ec) {
  ec.clear();
  ptmget names{};
  if (::ioctl(master, TIOCPTSNAME, &names) != 0) {
    ec = terminal_error(errno);
    return {};
  }
  return names.sn;
}

std::string tty_name(int fd, std::error_code& ec) {
  std::string name = slave_path(fd, ec);
  return ec ? posix_tty_name(fd, ec) : name;
}

Fd watchable(Fd fd) { return fd; }

}  // namespace conq::detail
