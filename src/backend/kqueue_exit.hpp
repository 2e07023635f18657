// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the exit of a process comes onto a kqueue.

#include <sys/types.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

#include "backend/kqueue_compat.hpp"
#include "conq/fd.hpp"
#include "device/throwing.hpp"

#if defined(__linux__)
#include "backend/pidfd.hpp"
#endif

namespace conq::detail::kqueue {

#if defined(__linux__)

// libkqueue 2.7 has EVFILT_PROC, but its kevent(2) never returns once somebody else has reaped a
// process that is watched so: it spins.
inline Fd watch_exit(int queue, pid_t pid, std::uint64_t token, std::error_code& ec) noexcept {
  Fd process = open_pidfd(pid, ec);
  if (!process) return process;
  apply(queue,
        change(static_cast<std::uintptr_t>(process.get()), EVFILT_READ, EV_ADD | EV_ONESHOT, 0,
               token),
        ec);
  if (ec) process.reset();
  return process;
}

inline void unwatch_exit(int queue, pid_t /*pid*/, const Fd& process) noexcept {
  if (process) remove(queue, static_cast<std::uintptr_t>(process.get()), EVFILT_READ);
}

#else

inline Fd watch_exit(int queue, pid_t pid, std::uint64_t token, std::error_code& ec) noexcept {
  apply(
      queue,
      change(static_cast<std::uintptr_t>(pid), EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT, token),
      ec);
  // It has ended already, and the first look of the engine finds that out.
  if (ec == std::errc::no_such_process) ec.clear();
  return {};
}

inline void unwatch_exit(int queue, pid_t pid, const Fd& /*process*/) noexcept {
  remove(queue, static_cast<std::uintptr_t>(pid), EVFILT_PROC);
}

#endif

}  // namespace conq::detail::kqueue
