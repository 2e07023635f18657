// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace conq::sim {

/// The result of a system call: a count, or an errno.
struct Result {
  ssize_t count = 0;
  int error = 0;
  static Result failure(int error) { return {-1, error}; }
  /// 0: no error.
  static Result of(int error) { return error == 0 ? Result{} : failure(error); }
};

/// What one filter says of a file now.
struct Filter {
  bool active = false;
  bool eof = false;
  std::int64_t data = 0;
};

/// What a file's watchers can be told of.
struct State {
  Filter read;
  Filter write;
  bool hung_up = false;
};

class File;

/// Somebody who is told of a file's changes: a knote, an epoll registration.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void changed(bool read, bool write, bool hangup) = 0;
  /// The file's last descriptor was closed.
  virtual void file_gone() = 0;
};

/// An open file description.
class File {
 public:
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  virtual ~File() = default;

  virtual Result read(std::span<char> into) = 0;
  virtual Result write(std::span<const char> from) = 0;
  virtual State state() const = 0;
  /// What poll(2) and epoll(7) say of it: EPOLLIN and so on, whose bits are those of poll(2).
  virtual std::uint32_t polled() const;
  /// The last descriptor of it is closed.
  virtual void closed() {}

  void tell(bool read, bool write, bool hangup = false);
  /// The latest is told first.
  void watch(Watcher& watcher) { watchers_.insert(watchers_.begin(), &watcher); }
  void unwatch(Watcher& watcher) { std::erase(watchers_, &watcher); }
  void forget_watchers();

  bool non_blocking = false;
  int access = O_RDWR;
  unsigned references = 0;  ///< descriptors, of this and of simulated processes

 private:
  std::vector<Watcher*> watchers_;
};

}  // namespace conq::sim
