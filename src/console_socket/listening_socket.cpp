// SPDX-License-Identifier: Apache-2.0
#include "console_socket/listening_socket.hpp"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> need not declare mkdtemp
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "console_socket/unix_socket_kernel.hpp"
#include "device/throwing.hpp"
#include "engine/fork.hpp"

namespace conq::detail {
namespace {

constexpr const char* file_name = "/console";
constexpr const char* directory_pattern = "/conq-XXXXXX";
constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

/// With the NUL that not every kernel and runtime can do without.
bool fits(const std::string& path) noexcept { return path.size() < sizeof(sockaddr_un::sun_path); }

std::string pattern_in(const char* directory) {
  return directory == nullptr || directory[0] != '/' ? std::string()
                                                     : std::string(directory) + directory_pattern;
}

}  // namespace

void SocketFile::make_directory(std::error_code& ec) {
  const std::array<const char*, 3> parents{::getenv("XDG_RUNTIME_DIR"), ::getenv("TMPDIR"), "/tmp"};
  for (const char* const parent : parents) {
    std::string made = pattern_in(parent);
    if (made.empty() || !fits(made + file_name)) continue;
    if (::mkdtemp(made.data()) != nullptr) {
      directory_ = std::move(made);
      ec.clear();
      return;
    }
    ec = last_error();
  }
}

Fd SocketFile::bind(std::error_code& ec) {
  if (!fits(path_)) {
    ec = std::make_error_code(std::errc::filename_too_long);
    return {};
  }
  Fd listener = open_unix_socket(ec);
  if (ec) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ec = last_error();
    return {};
  }
  return listener;
}

Fd SocketFile::listen(const std::string& path, std::error_code& ec) {
  ec.clear();
  forks_ = forks();
  if (path.empty()) make_directory(ec);
  if (ec) return {};
  there_ = true;
  path_ = path.empty() ? directory_ + file_name : path;
  Fd listener = bind(ec);
  if (ec) return {};
  struct stat made {};
  // Nobody can connect before listen(2), whatever the umask has left open until here.
  if (::lstat(path_.c_str(), &made) != 0) {
    ec = last_error();
    // In a directory of our own it can be nobody else's.
    if (!directory_.empty()) ::unlink(path_.c_str());
    return {};
  }
  device_ = made.st_dev;
  inode_ = made.st_ino;
  if (::chmod(path_.c_str(), owner_only) == 0 && ::listen(listener.get(), 1) == 0) return listener;
  ec = last_error();
  return {};
}

void SocketFile::remove() noexcept {
  if (forks_ != forks() || !there_.exchange(false)) return;
  struct stat found {};
  const bool bound = inode_ != 0;
  if (bound && ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ &&
      found.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  if (!directory_.empty()) ::rmdir(directory_.c_str());
}

}  // namespace conq::detail
