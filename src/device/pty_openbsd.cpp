// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> need not declare ptsname

#include <cerrno>
#include <mutex>

#include "device/pty_kernel.hpp"
#include "device/pty_posix.hpp"
#include "device/throwing.hpp"

namespace conq::detail {
namespace {

/// The only way to the name here, and its buffer is one for all threads.
template <class Use>
void with_slave_path(int master, Use use) {
  static std::mutex one_buffer;
  const std::lock_guard lock(one_buffer);
  use(::ptsname(master));
}

}  // namespace

Fd open_master(std::error_code& ec) noexcept { return posix_open_master(ec); }

Fd open_slave(int master, Origin /*origin*/, std::error_code& ec) {
  const std::string path = slave_path(master, ec);
  return ec ? Fd() : posix_open_slave(master, path, ec);
}

bool is_master(int fd) noexcept {
  bool named = false;
  with_slave_path(fd, [&](const char* name) { named = name != nullptr; });
  return named;
}

std::string slave_path(int master, std::error_code& ec) {
  ec.clear();
  std::string path;
  with_slave_path(master, [&](const char* name) {
    if (name == nullptr) {
      ec = terminal_error(errno);
    } else {
      path = name;
    }
  });
  return path;
}

std::string tty_name(int fd, std::error_code& ec) {
  std::string name = slave_path(fd, ec);
  return ec ? posix_tty_name(fd, ec) : name;
}

Fd watchable(Fd fd) { return fd; }

}  // namespace conq::detail
