// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <thread>

#include "conq/fd.hpp"

namespace conq::test {

/// A file of a FUSE file system at `directory`, which this process serves: whatever ioctl(2) it is
/// asked, it says yes and gives zeros. So isatty(3) takes it for a terminal, TIOCGPTN for the
/// master of /dev/pts/0, and what TIOCGPTPEER gives is descriptor 0, whoever's that is.
///
/// For use in a forked child that has mounts of its own (own_mounts()).
class LyingFile {
 public:
  /// Throws std::system_error where FUSE is not there, or not permitted.
  explicit LyingFile(const std::string& directory);
  LyingFile(const LyingFile&) = delete;
  LyingFile& operator=(const LyingFile&) = delete;
  ~LyingFile();

  /// Opens it for reading and writing.
  Fd open() const;

 private:
  void serve() const;

  std::string directory_;
  Fd kernel_;
  std::thread server_;
};

}  // namespace conq::test
