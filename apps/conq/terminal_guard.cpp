// SPDX-License-Identifier: Apache-2.0
#include "terminal_guard.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "failure.hpp"

namespace conq::app {
namespace {

bool in_background(int terminal) noexcept {
  const pid_t foreground = ::tcgetpgrp(terminal);
  return foreground > 0 && foreground != ::getpgrp();
}

bool same(const termios& left, const termios& right) noexcept {
  return left.c_iflag == right.c_iflag && left.c_oflag == right.c_oflag &&
         left.c_cflag == right.c_cflag && left.c_lflag == right.c_lflag &&
         std::equal(std::begin(left.c_cc), std::end(left.c_cc), std::begin(right.c_cc));
}

/// For its lifetime the terminal does not stop conq for changing it from the background.
class NotStopped {
 public:
  NotStopped() noexcept {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    ::pthread_sigmask(SIG_BLOCK, &stop, &before_);
  }
  NotStopped(const NotStopped&) = delete;
  NotStopped& operator=(const NotStopped&) = delete;
  ~NotStopped() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

void TerminalGuard::hold(int fd) {
  terminal_.reset(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!terminal_) {
    throw Failure(failed, fmt::format("cannot duplicate descriptor {}: {}", fd,
                                      std::generic_category().message(errno)));
  }
  follow_job();
}

void TerminalGuard::restore() noexcept {
  if (!is_raw_) return;
  termios now{};
  const bool is_known = ::tcgetattr(terminal_.get(), &now) == 0;
  if (is_known && in_background(terminal_.get()) && !same(now, raw_)) {
    is_raw_ = false;
    return;
  }
  const NotStopped not_stopped;
  // Where it fails, the next one tries again: at the latest the destructor.
  is_raw_ = ::tcsetattr(terminal_.get(), TCSANOW, &before_) != 0;
}

void TerminalGuard::follow_job() noexcept {
  if (in_background(terminal_.get())) return restore();
  termios now{};
  if (::tcgetattr(terminal_.get(), &now) != 0) return;
  if (!is_raw_) before_ = now;
  ::cfmakeraw(&now);
  if (::tcsetattr(terminal_.get(), TCSANOW, &now) != 0) return;
  is_raw_ = true;
  // As it is now: the kernel need not take all that is asked for.
  if (::tcgetattr(terminal_.get(), &raw_) != 0) raw_ = now;
}

}  // namespace conq::app
