// SPDX-License-Identifier: Apache-2.0
#include "device/pty_posix.hpp"

#include <fcntl.h>
// <cstdlib> need not declare posix_openpt.
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers)
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "device/pty_kernel.hpp"
#include "device/throwing.hpp"

namespace conq::detail {

Fd posix_open_master(std::error_code& ec) noexcept {
  ec.clear();
  constexpr int flags = O_RDWR | O_NOCTTY;
  Fd master(::posix_openpt(flags | O_CLOEXEC));
  // POSIX knows no flag but those two, so a C library may refuse O_CLOEXEC or drop it silently.
  if (!master && errno == EINVAL) master.reset(::posix_openpt(flags));
  if (!master || ::fcntl(master.get(), F_SETFD, FD_CLOEXEC) != 0) {
    ec = last_error();
    return {};
  }
  return master;
}

Fd posix_open_slave(int master, const std::string& path, std::error_code& ec) noexcept {
  ec.clear();
  if (::grantpt(master) != 0 || ::unlockpt(master) != 0) {
    ec = terminal_error(errno);
    return {};
  }
  Fd slave(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) ec = last_error();
  return slave;
}

std::string posix_tty_name(int fd, std::error_code& ec) {
  ec.clear();
  std::string name(PATH_MAX, '\0');
  const int error = ::ttyname_r(fd, name.data(), name.size());
  if (error != 0) {
    ec = terminal_error(error);
    return {};
  }
  name.resize(name.find('\0'));
  return name;
}

}  // namespace conq::detail
