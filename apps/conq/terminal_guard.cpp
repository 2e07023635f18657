// SPDX-License-Identifier: Apache-2.0
#include "terminal_guard.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace conq::app {

void TerminalGuard::hold(int fd) {
  terminal_ = Console::from_fd(Fd(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)));
  terminal_.set_raw();
}

void TerminalGuard::restore() noexcept {
  std::error_code gone;
  terminal_.reset(gone);
}

void TerminalGuard::make_raw_again() noexcept {
  std::error_code gone;
  terminal_.set_raw(gone);
}

}  // namespace conq::app
