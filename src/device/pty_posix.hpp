// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

#include "conq/fd.hpp"

// What the kernels have in common as far as POSIX goes: the per-kernel files add what it leaves
// out.

namespace conq::detail {

/// posix_openpt(3), close-on-exec at once where the C library takes that flag.
Fd posix_open_master(std::error_code& ec) noexcept;

/// grantpt(3), unlockpt(3), and the slave opened by the path that the kernel gave for it.
Fd posix_open_slave(int master, const std::string& path, std::error_code& ec) noexcept;

/// ttyname_r(3). Throws std::bad_alloc only.
std::string posix_tty_name(int fd, std::error_code& ec);

}  // namespace conq::detail
