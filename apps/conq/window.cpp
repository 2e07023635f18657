// SPDX-License-Identifier: Apache-2.0
#include "window.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

namespace conq::app {

WinSize window_size() noexcept {
  for (const int fd : {STDOUT_FILENO, STDIN_FILENO, STDERR_FILENO}) {
    winsize size{};
    // A serial line knows no size: 0.
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
      return {size.ws_row, size.ws_col, size.ws_xpixel, size.ws_ypixel};
    }
  }
  return default_window;
}

}  // namespace conq::app
