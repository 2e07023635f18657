// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "device/pty_kernel.hpp"
#include "device/pty_posix.hpp"
#include "device/throwing.hpp"

namespace conq::detail {
namespace {

constexpr int open_flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
constexpr unsigned unix98_slave_major = 136;  // Documentation/admin-guide/devices.txt
constexpr auto devpts_magic = 0x1cd1;         // include/uapi/linux/magic.h
constexpr unsigned ptmx_major = 5;            // of /dev/ptmx, there and on each devpts
constexpr unsigned ptmx_minor = 2;

/// To open a terminal waits for others that open or close it, and a signal ends that.
template <class Open>
Fd opened(Open open) noexcept {
  int fd = -1;
  do {
    fd = open();
  } while (fd < 0 && errno == EINTR);
  return Fd(fd);
}

std::string path_of(unsigned number) { return "/dev/pts/" + std::to_string(number); }

bool number_of(int master, unsigned& number) noexcept {
  return ::ioctl(master, TIOCGPTN, &number) == 0;
}

bool on_devpts(int fd) noexcept {
  struct statfs system {};
  return ::fstatfs(fd, &system) == 0 && system.f_type == devpts_magic;
}

/// Whether `slave`, found by its path, is the other end of `master`. Numbers repeat from one devpts
/// instance to the next, so a foreign master must itself lie on the instance of the slave.
bool is_peer(int master, Origin origin, int slave) noexcept {
  unsigned number = 0;
  struct stat ours {};
  struct stat theirs {};
  if (!number_of(master, number) || !on_devpts(slave) || ::fstat(slave, &theirs) != 0) return false;
  if (theirs.st_rdev != makedev(unix98_slave_major, number)) return false;
  if (origin == Origin::own) return true;
  return on_devpts(master) && ::fstat(master, &ours) == 0 && ours.st_dev == theirs.st_dev;
}

/// For kernels older than 4.13, and those that imitate Linux without TIOCGPTPEER.
Fd open_slave_by_path(int master, Origin origin, std::error_code& ec) {
  unsigned number = 0;
  if (!number_of(master, number)) {
    ec = last_error();
    return {};
  }
  const std::string path = path_of(number);
  // Not opened before that is known: the open of a slave, and its close, are seen at its master.
  const Fd found = opened([&] { return ::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC); });
  if (!found) {
    ec = last_error();
    return {};
  }
  if (!is_peer(master, origin, found.get())) {
    ec = std::make_error_code(std::errc::function_not_supported);
    return {};
  }
  const std::string same = "/proc/self/fd/" + std::to_string(found.get());
  Fd slave = opened([&] { return ::open(same.c_str(), open_flags); });
  // Where there is no /proc, by the path once more.
  if (!slave && errno == ENOENT) slave = opened([&] { return ::open(path.c_str(), open_flags); });
  if (!slave) {
    ec = last_error();
  } else if (!is_peer(master, origin, slave.get())) {
    ec = std::make_error_code(std::errc::function_not_supported);
    slave.reset();
  }
  return slave;
}

}  // namespace

Fd open_master(std::error_code& ec) noexcept {
  Fd master = opened([] { return ::open("/dev/ptmx", open_flags); });
  if (master) {
    ec.clear();
  } else {
    ec = last_error();
  }
  return master;
}

Fd open_slave(int master, Origin origin, std::error_code& ec) {
  const int unlocked = 0;
  if (::ioctl(master, TIOCSPTLCK, &unlocked) != 0) {
    ec = terminal_error(errno);
    return {};
  }
  ec.clear();
  Fd slave = opened([&] { return ::ioctl(master, TIOCGPTPEER, open_flags); });
  if (slave) return slave;
  ec = last_error();
  const bool unknown_to_kernel = ec.value() == ENOTTY || ec.value() == EINVAL;
  if (!unknown_to_kernel) return {};
  ec.clear();
  return open_slave_by_path(master, origin, ec);
}

bool is_master(int fd) noexcept {
  unsigned number = 0;
  struct stat file {};
  // By the device, too: one of CUSE answers any ioctl as it likes.
  return ::fstat(fd, &file) == 0 && S_ISCHR(file.st_mode) && major(file.st_rdev) == ptmx_major &&
         minor(file.st_rdev) == ptmx_minor && number_of(fd, number);
}

std::string slave_path(int master, std::error_code& ec) {
  unsigned number = 0;
  if (!number_of(master, number)) {
    ec = terminal_error(errno);
    return {};
  }
  ec.clear();
  return path_of(number);
}

std::string tty_name(int fd, std::error_code& ec) {
  ec.clear();
  unsigned number = 0;
  if (number_of(fd, number)) return path_of(number);
  // Asked of the terminal, not of its file: that of /dev/tty is the same for everyone.
  unsigned device = 0;
  if (::ioctl(fd, TIOCGDEV, &device) == 0 && major(device) == unix98_slave_major) {
    return path_of(minor(device));
  }
  return posix_tty_name(fd, ec);
}

Fd watchable(Fd fd) { return fd; }

}  // namespace conq::detail
