// SPDX-License-Identifier: Apache-2.0
#include "conq/console.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "device/most_a_call.hpp"
#include "device/pty_kernel.hpp"
#include "device/throwing.hpp"

namespace conq {
namespace {

using detail::last_error;
using detail::throw_if;

/// Calls `call` again while a signal interrupts it; -1 became an error in `ec`.
template <class Call>
std::size_t count_of(Call call, std::error_code& ec) noexcept {
  for (;;) {
    const ssize_t count = call();
    if (count >= 0) {
      ec.clear();
      return static_cast<std::size_t>(count);
    }
    if (errno != EINTR) {
      ec = last_error();
      return 0;
    }
  }
}

/// Reads the settings of `fd`, lets `change` alter them, sets the result.
template <class Change>
void change_settings(int fd, Change change, std::error_code& ec) noexcept {
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) {
    ec = last_error();
    return;
  }
  change(settings);
  if (::tcsetattr(fd, TCSANOW, &settings) != 0) {
    ec = last_error();
  } else {
    ec.clear();
  }
}

/// True, with `ec` set, for a Console that owns nothing; otherwise `ec` is cleared.
bool refused(const Fd& fd, std::error_code& ec) noexcept {
  ec.clear();
  if (!fd) ec = errc::closed;
  return !fd;
}

std::string device_name(int fd) {
  std::error_code unnamed;
  std::string name = detail::tty_name(fd, unnamed);
  return unnamed ? "descriptor " + std::to_string(fd) : name;
}

}  // namespace

Console::Console(Fd fd, std::string name, const termios& original) noexcept
    : fd_(std::move(fd)), name_(std::move(name)), original_(original) {}

Console Console::current() {
  std::error_code ec;
  Console console = current(ec);
  throw_if(ec, "open", "the current console");
  return console;
}

Console Console::current(std::error_code& ec) noexcept {
  for (const int candidate : {STDERR_FILENO, STDOUT_FILENO, STDIN_FILENO}) {
    if (::isatty(candidate) == 0) continue;
    Fd copy(::fcntl(candidate, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copy) {
      ec = last_error();
      return {};
    }
    return from_fd(std::move(copy), {}, ec);
  }
  ec = errc::not_a_console;
  return {};
}

Console Console::from_fd(Fd fd, std::string name) {
  const std::string text = name.empty() ? "descriptor " + std::to_string(fd.get()) : name;
  std::error_code ec;
  Console console = from_fd(std::move(fd), std::move(name), ec);
  throw_if(ec, "take", text);
  return console;
}

Console Console::from_fd(Fd fd, std::string name, std::error_code& ec) noexcept {
  // Moved, so that a refused descriptor is closed when this call returns: when a parameter is
  // destroyed depends on the ABI.
  Fd owned = std::move(fd);
  struct stat file {};
  termios original{};
  if (::fstat(owned.get(), &file) != 0 || ::tcgetattr(owned.get(), &original) != 0) {
    ec = detail::terminal_error(errno);
    return {};
  }
  // A file of somebody's FUSE says yes to any ioctl if that is what he wants.
  if (!S_ISCHR(file.st_mode)) {
    ec = errc::not_a_console;
    return {};
  }
  try {
    owned = detail::watchable(std::move(owned));
    if (name.empty()) name = device_name(owned.get());
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
    return {};
  }
  ec.clear();
  return Console(std::move(owned), std::move(name), original);
}

std::size_t Console::read(std::span<std::byte> into) {
  std::error_code ec;
  const std::size_t count = read(into, ec);
  throw_if(ec, "read", name_);
  return count;
}

std::size_t Console::read(std::span<std::byte> into, std::error_code& ec) noexcept {
  if (refused(fd_, ec) || into.empty()) return 0;
  return count_of(
      [&] { return ::read(fd_.get(), into.data(), std::min(into.size(), detail::most_a_call)); },
      ec);
}

std::size_t Console::write(std::span<const std::byte> from) {
  std::error_code ec;
  const std::size_t count = write(from, ec);
  throw_if(ec, "write", name_);
  return count;
}

std::size_t Console::write(std::span<const std::byte> from, std::error_code& ec) noexcept {
  if (refused(fd_, ec) || from.empty()) return 0;
  return count_of(
      [&] { return ::write(fd_.get(), from.data(), std::min(from.size(), detail::most_a_call)); },
      ec);
}

WinSize Console::size() const {
  std::error_code ec;
  const WinSize size = this->size(ec);
  throw_if(ec, "get the size of", name_);
  return size;
}

WinSize Console::size(std::error_code& ec) const noexcept {
  if (refused(fd_, ec)) return {};
  winsize size{};
  if (::ioctl(fd_.get(), TIOCGWINSZ, &size) != 0) {
    ec = last_error();
    return {};
  }
  return {size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel};
}

void Console::resize(WinSize size) {
  std::error_code ec;
  resize(size, ec);
  throw_if(ec, "resize", name_);
}

void Console::resize(WinSize size, std::error_code& ec) noexcept {
  if (refused(fd_, ec)) return;
  const winsize wanted{size.rows, size.cols, size.xpixel, size.ypixel};
  if (::ioctl(fd_.get(), TIOCSWINSZ, &wanted) != 0) ec = last_error();
}

void Console::resize_from(const Console& other) { resize(other.size()); }

void Console::resize_from(const Console& other, std::error_code& ec) noexcept {
  const WinSize size = other.size(ec);
  if (!ec) resize(size, ec);
}

void Console::set_raw() {
  std::error_code ec;
  set_raw(ec);
  throw_if(ec, "set raw mode of", name_);
}

void Console::set_raw(std::error_code& ec) noexcept {
  if (refused(fd_, ec)) return;
  change_settings(
      fd_.get(), [](termios& settings) { ::cfmakeraw(&settings); }, ec);
}

void Console::disable_echo() {
  std::error_code ec;
  disable_echo(ec);
  throw_if(ec, "disable echo of", name_);
}

void Console::disable_echo(std::error_code& ec) noexcept {
  if (refused(fd_, ec)) return;
  // ECHONL echoes line ends even without ECHO.
  constexpr auto silent = ~static_cast<tcflag_t>(ECHO | ECHONL);
  change_settings(
      fd_.get(), [](termios& settings) { settings.c_lflag &= silent; }, ec);
}

void Console::reset() {
  std::error_code ec;
  reset(ec);
  throw_if(ec, "reset", name_);
}

void Console::reset(std::error_code& ec) noexcept {
  if (refused(fd_, ec)) return;
  change_settings(
      fd_.get(), [this](termios& settings) { settings = original_; }, ec);
}

void Console::close() {
  std::error_code ec;
  close(ec);
  throw_if(ec, "close", name_);
}

void Console::close(std::error_code& ec) noexcept {
  if (refused(fd_, ec)) return;
  fd_.reset();
}

}  // namespace conq
