// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "conq/fd.hpp"
#include "device/throwing.hpp"

namespace conq::detail {

/// Linux's descriptor of the child `pid`, readable once that has ended. None, and no error, if it
/// is no more: the host has it reaped, and the engine's first look finds that out.
inline Fd open_pidfd(pid_t pid, std::error_code& ec) noexcept {
  // By number: glibc has had the wrapper only since 2.36. Close-on-exec by itself.
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
  ec.clear();
  if (!process && errno != ESRCH) ec = last_error();
  return process;
}

}  // namespace conq::detail
