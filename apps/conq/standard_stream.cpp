// SPDX-License-Identifier: Apache-2.0
#include "standard_stream.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> need not declare ptsname
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "failure.hpp"

namespace conq::app {
namespace {

bool same_file(int left, int right) noexcept {
  struct stat first {};
  struct stat second {};
  return ::fstat(left, &first) == 0 && ::fstat(right, &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool is_pipe(int fd) noexcept {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/// The name to open the stream by, empty where there is none.
std::string name_of(int fd, bool is_terminal) {
  if (is_terminal) {
    // A pty master is made anew by each open of its name, which is the same file for all of them.
    if (::ptsname(fd) != nullptr) return "";
    std::array<char, 256> name{};
    return ::ttyname_r(fd, name.data(), name.size()) == 0 ? name.data() : "";
  }
  // Opening a file again would write at its beginning; a socket cannot be opened.
  return is_pipe(fd) ? fmt::format("/dev/fd/{}", fd) : "";
}

/// Opens the stream anew, with a description of its own; nothing where that cannot be.
Fd open_again(int fd, const std::string& name, StandardStream::Direction direction) noexcept {
  if (name.empty()) return {};
  const int access = direction == StandardStream::Direction::in ? O_RDONLY : O_WRONLY;
  Fd own(::open(name.c_str(), access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  // The name may be that of another file in our mount namespace. Where /dev/fd only duplicates (the
  // BSDs and macOS), the flag asked for was not taken.
  const bool is_new = own && same_file(own.get(), fd) &&
                      (::fcntl(own.get(), F_GETFL) & O_NONBLOCK) != 0 &&
                      (::fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
  if (!is_new) own.reset();
  return own;
}

}  // namespace

void open_closed_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is given out: this one, as those below are open by now.
    if (::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0) {
      throw Failure(
          failed, fmt::format("cannot open /dev/null: {}", std::generic_category().message(errno)));
    }
  }
}

bool reader_is_gone(std::error_code ec) noexcept {
  return ec == std::errc::broken_pipe || ec == errc::hung_up;
}

int status_after_failed_write(std::error_code ec) noexcept {
  if (ec == std::errc::broken_pipe) return signal_base + SIGPIPE;
  return ec == errc::hung_up ? signal_base + SIGHUP : failed;
}

StandardStream::StandardStream(int fd, Direction direction)
    : fd_(fd), flags_(::fcntl(fd, F_GETFL)), is_terminal_(::isatty(fd) != 0) {
  own_ = open_again(fd, name_of(fd, is_terminal_), direction);
  if (own_) {
    flags_ = -1;
    return;
  }
  own_.reset(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!own_) {
    throw Failure(failed, fmt::format("cannot duplicate descriptor {}: {}", fd,
                                      std::generic_category().message(errno)));
  }
}

StandardStream::~StandardStream() {
  if (flags_ >= 0) ::fcntl(fd_, F_SETFL, flags_);
}

std::optional<termios> StandardStream::settings() const noexcept {
  termios settings{};
  if (!is_terminal_ || ::tcgetattr(fd_, &settings) != 0) return {};
  return settings;
}

Channel StandardStream::add_to(Poller& poller) {
  if (!is_terminal_) return poller.add(std::move(own_));
  return poller.add(Console::from_fd(std::move(own_)), {Hangup::end});
}

}  // namespace conq::app
