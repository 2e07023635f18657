// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>

#include "conq/fd.hpp"

namespace conq::conmon {

/// Where a socket of somebody else's is, however long its path; `@name` is an abstract one, as
/// systemd writes it.
class UnixAddress {
 public:
  /// Throws std::system_error if a long path's directory cannot be opened.
  explicit UnixAddress(const std::string& path);
  /// Of `name` in a directory, however long that one's path: it has to stay open. Throws where the
  /// name is too long.
  UnixAddress(const Fd& directory, std::string_view name);

  const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&address_);  // as the calls on sockets have it
  }
  socklen_t size() const noexcept { return size_; }

 private:
  void set(const std::string& name);

  Fd directory_;  ///< a long path leads through it, by its short name in /proc
  sockaddr_un address_{};
  socklen_t size_ = 0;
};

}  // namespace conq::conmon
