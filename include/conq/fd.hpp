// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

namespace conq {

/// Owns a file descriptor and closes it once. Move-only, as cheap as an int.
///
/// Not thread-safe: like a std::unique_ptr, one owner at a time. Where somebody else closes the
/// number, the next file that gets it is closed here.
class Fd {
 public:
  Fd() noexcept = default;
  /// Takes ownership of `fd`; -1 means none.
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~Fd() { reset(); }

  /// The descriptor, still owned; -1 if none.
  int get() const noexcept { return fd_; }
  /// Gives ownership to the caller, who has to close it.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  /// Closes what is owned, takes `fd` instead. close(2) is never repeated: after EINTR the state of
  /// the descriptor is the kernel's, and another thread may own the number already.
  void reset(int fd = -1) noexcept;
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

}  // namespace conq
