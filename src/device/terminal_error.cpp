// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "conq/error.hpp"
#include "device/pty_kernel.hpp"

namespace conq::detail {

std::error_code terminal_error(int error) noexcept {
  switch (error) {
    case ENOTTY:
    case EINVAL:      // Linux: files whose driver refuses any ioctl
    case ENODEV:      // XNU: devices that are no terminals
    case EOPNOTSUPP:  // XNU: sockets
      return errc::not_a_console;
    default:
      return {error, std::system_category()};
  }
}

}  // namespace conq::detail
