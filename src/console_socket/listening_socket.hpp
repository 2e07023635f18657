// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <string>
#include <system_error>

#include "conq/fd.hpp"

namespace conq::detail {

/// The file of a unix socket that listens, and the directory that was made for it. Both are removed
/// once, by whoever comes first: this may be called from any thread, and does nothing in a process
/// that was forked since, whose parent's they are.
class SocketFile {
 public:
  SocketFile() noexcept = default;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  ~SocketFile() { remove(); }

  /// Makes a socket of mode 0600 that listens; at `path`, or if that is empty in a directory of its
  /// own. To be called once. Throws std::bad_alloc only.
  Fd listen(const std::string& path, std::error_code& ec);
  void remove() noexcept;
  const std::string& path() const noexcept { return path_; }

 private:
  void make_directory(std::error_code& ec);
  Fd bind(std::error_code& ec);

  std::string path_;
  std::string directory_;  ///< that we made; empty for none
  unsigned forks_ = 0;
  dev_t device_ = 0;  ///< whose file is not this one is somebody else's
  ino_t inode_ = 0;
  std::atomic<bool> there_ = false;
};

}  // namespace conq::detail
