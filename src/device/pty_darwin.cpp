// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> need not declare devname_r
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "conq/error.hpp"
#include "device/pty_kernel.hpp"
#include "device/pty_posix.hpp"
#include "device/throwing.hpp"

namespace conq::detail {
namespace {

/// Whether `fd` is /dev/tty, which stands for whatever terminal controls the process that asks.
bool is_alias(int fd) noexcept {
  struct stat opened {};
  struct stat alias {};
  return ::fstat(fd, &opened) == 0 && ::stat("/dev/tty", &alias) == 0 &&
         opened.st_rdev == alias.st_rdev;
}

/// The device of our controlling terminal, as the process table has it. kqueue refuses
/// /dev/tty itself on XNU, so messages and queues need the device behind it.
std::string controlling_terminal(std::error_code& ec) {
  std::array<int, 4> query{CTL_KERN, KERN_PROC, KERN_PROC_PID, ::getpid()};
  kinfo_proc process{};
  std::size_t size = sizeof process;
  if (::sysctl(query.data(), query.size(), &process, &size, nullptr, 0) != 0) {
    ec = last_error();
    return {};
  }
  std::array<char, NAME_MAX + 1> name{};
  if (::devname_r(process.kp_eproc.e_tdev, S_IFCHR, name.data(), static_cast<int>(name.size())) ==
      nullptr) {
    ec = errc::not_a_console;
    return {};
  }
  return "/dev/" + std::string(name.data());
}

}  // namespace

Fd open_master(std::error_code& ec) noexcept { return posix_open_master(ec); }

Fd open_slave(int master, Origin /*origin*/, std::error_code& ec) {
  const std::string path = slave_path(master, ec);
  return ec ? Fd() : posix_open_slave(master, path, ec);
}

bool is_master(int fd) noexcept {
  std::array<char, 128> name{};
  return ::ioctl(fd, TIOCPTYGNAME, name.data()) == 0;
}

std::string slave_path(int master, std::error_code& ec) {
  ec.clear();
  // The kernel writes a name of up to 128 bytes: the size is part of the request (_IOC('t', 83)).
  std::array<char, 128> name{};
  if (::ioctl(master, TIOCPTYGNAME, name.data()) != 0) {
    ec = terminal_error(errno);
    return {};
  }
  return name.data();
}

std::string tty_name(int fd, std::error_code& ec) {
  std::string name = slave_path(fd, ec);
  if (!ec) return name;
  ec.clear();
  return is_alias(fd) ? controlling_terminal(ec) : posix_tty_name(fd, ec);
}

Fd watchable(Fd fd) {
  if (!is_alias(fd.get())) return fd;
  std::error_code ec;
  const std::string path = controlling_terminal(ec);
  if (ec) return fd;
  const int access = ::fcntl(fd.get(), F_GETFL) & O_ACCMODE;
  Fd device(::open(path.c_str(), access | O_NOCTTY | O_CLOEXEC));
  return device ? std::move(device) : std::move(fd);
}

}  // namespace conq::detail
