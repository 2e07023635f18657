// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> need not declare fdevname_r
#include <sys/ioctl.h>

#include <array>
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

bool is_master(int fd) noexcept { return ::ioctl(fd, TIOCPTMASTER) == 0; }

std::string slave_path(int master, std::error_code& ec) {
  ec.clear();
  // A master answers for its slave's device name; ptsname(3) would share one buffer among threads.
  std::array<char, 256> name{};
  if (::ioctl(master, TIOCPTMASTER) != 0) {
    ec = terminal_error(errno);
    return {};
  }
  if (::fdevname_r(master, name.data(), static_cast<int>(name.size())) == nullptr) {
    ec = last_error();
    return {};
  }
  return "/dev/" + std::string(name.data());
}

std::string tty_name(int fd, std::error_code& ec) {
  std::string name = slave_path(fd, ec);
  return ec ? posix_tty_name(fd, ec) : name;
}

Fd watchable(Fd fd) { return fd; }

}  // namespace conq::detail
