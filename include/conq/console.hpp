// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "conq/error.hpp"
#include "conq/fd.hpp"

namespace conq {

/// The size of a terminal; fields in the order of the kernel's struct winsize.
struct WinSize {
  std::uint16_t rows = 0;    ///< lines of text
  std::uint16_t cols = 0;    ///< characters a line
  std::uint16_t xpixel = 0;  ///< width in pixels, 0 where unknown
  std::uint16_t ypixel = 0;  ///< height in pixels, 0 where unknown
  friend bool operator==(const WinSize&, const WinSize&) = default;
};

/// A terminal device: a pty master or slave, a serial tty. Owns its descriptor. Move-only.
///
/// Every fallible member has two forms: one throws conq::Error, the other sets a std::error_code
/// and is noexcept. Members of a closed or moved-from Console report errc::closed.
///
/// Thread-safety: reading and writing from different threads is as safe as read(2) and write(2);
/// close(), reset() and moves need the caller's own exclusion. For sharing between threads, put it
/// on a Poller.
class Console {
 public:
  Console() noexcept = default;
  Console(Console&& other) noexcept
      : fd_(std::move(other.fd_)),
        name_(std::exchange(other.name_, {})),
        original_(other.original_) {}
  Console& operator=(Console&& other) noexcept {
    fd_ = std::move(other.fd_);
    name_ = std::exchange(other.name_, {});
    original_ = other.original_;
    return *this;
  }
  ~Console() = default;

  /// The terminal of this process: a duplicate of the first of stderr, stdout and stdin that is
  /// one, so that closing the Console closes none of these. Errors: errc::not_a_console if none is
  /// a terminal; what dup reports (EMFILE).
  static Console current();
  static Console current(std::error_code& ec) noexcept;

  /// Takes a terminal's descriptor, which must be open for reading and writing as far as these are
  /// wanted, and remembers its settings for reset(). `name` is for messages; by default the
  /// device's. /dev/tty, which no queue of macOS takes, becomes the device behind it there.
  /// Errors: errc::not_a_console (the descriptor is closed then, as it was given away); EBADF.
  static Console from_fd(Fd fd, std::string name = {});
  static Console from_fd(Fd fd, std::string name, std::error_code& ec) noexcept;

  /// The descriptor, still owned; -1 once closed.
  int fd() const noexcept { return fd_.get(); }
  /// What messages call it; kept by close() and release(), empty once moved from.
  const std::string& name() const noexcept { return name_; }
  explicit operator bool() const noexcept { return static_cast<bool>(fd_); }

  /// One read(2), repeated only at EINTR; into nothing, 0 at once. Blocks as the descriptor does.
  /// Errors: what read(2) reports; EIO on a Linux master is a hangup, on other kernels that is 0.
  std::size_t read(std::span<std::byte> into);
  std::size_t read(std::span<std::byte> into, std::error_code& ec) noexcept;
  /// One write(2), repeated only at EINTR; may write less than asked. Of nothing, 0 at once.
  std::size_t write(std::span<const std::byte> from);
  std::size_t write(std::span<const std::byte> from, std::error_code& ec) noexcept;

  /// The window size (TIOCGWINSZ). On macOS a pty forgets it when its slave is first opened.
  WinSize size() const;
  WinSize size(std::error_code& ec) const noexcept;
  /// Sets the window size (TIOCSWINSZ): the foreground process group gets SIGWINCH if it changed.
  void resize(WinSize size);
  void resize(WinSize size, std::error_code& ec) noexcept;
  /// Sets this console's size to that of `other`.
  void resize_from(const Console& other);
  void resize_from(const Console& other, std::error_code& ec) noexcept;

  /// Raw mode, as cfmakeraw(3): bytes pass through unchanged, no echo, no signals from keys.
  void set_raw();
  void set_raw(std::error_code& ec) noexcept;
  /// Typed bytes are no longer echoed; all else stays.
  void disable_echo();
  void disable_echo(std::error_code& ec) noexcept;
  /// The settings the terminal had when this Console was made. Waits for no output to drain, so it
  /// cannot block on a terminal that nobody reads.
  void reset();
  void reset(std::error_code& ec) noexcept;

  /// Closes the descriptor. Errors: errc::closed if that was done already.
  void close();
  void close(std::error_code& ec) noexcept;

  /// Gives the descriptor away; the Console is closed then.
  [[nodiscard]] Fd release() noexcept { return std::move(fd_); }

 private:
  Console(Fd fd, std::string name, const termios& original) noexcept;

  Fd fd_;
  std::string name_;
  termios original_{};
};

}  // namespace conq
