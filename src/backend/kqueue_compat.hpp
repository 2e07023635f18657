// SPDX-License-Identifier: Apache-2.0
#pragma once

// The differences between the kqueue(2) of the systems that have it: field types, and which
// kernel's consoles are behind it.

#include <sys/types.h>
// sys/event.h of the BSDs needs what stands above it.
#include <sys/event.h>
#include <sys/time.h>

#include <bit>
#include <cstdint>
#include <system_error>
#include <utility>

#include "backend/dialect.hpp"
#include "device/throwing.hpp"

namespace conq::detail::kqueue {

#if defined(__linux__)
inline constexpr const Dialect& kernel = dialect::linux_libkqueue;
#elif defined(__APPLE__)
inline constexpr const Dialect& kernel = dialect::darwin;
#elif defined(__FreeBSD__)
inline constexpr const Dialect& kernel = dialect::freebsd;
#elif defined(__NetBSD__)
inline constexpr const Dialect& kernel = dialect::netbsd;
#elif defined(__OpenBSD__)
inline constexpr const Dialect& kernel = dialect::openbsd;
#endif

// NetBSD before 10 has intptr_t there, the others a pointer.
using Udata = decltype(std::declval<struct kevent&>().udata);

inline std::uint64_t token_of(const struct kevent& event) noexcept {
  // By value: on XNU the struct is packed.
  const Udata udata = event.udata;
  return std::bit_cast<std::uintptr_t>(udata);
}

inline struct kevent change(std::uintptr_t ident, int filter, int flags, unsigned fflags,
                            std::uint64_t token) noexcept {
  struct kevent made {};
  made.ident = static_cast<decltype(made.ident)>(ident);
  made.filter = static_cast<decltype(made.filter)>(filter);
  made.flags = static_cast<decltype(made.flags)>(flags);
  made.fflags = static_cast<decltype(made.fflags)>(fflags);
  made.udata = std::bit_cast<Udata>(static_cast<std::uintptr_t>(token));
  return made;
}

/// Makes one change; the error is the one of this change alone.
inline void apply(int queue, const struct kevent& change, std::error_code& ec) noexcept {
  ec.clear();
  if (::kevent(queue, &change, 1, nullptr, 0, nullptr) != 0) ec = last_error();
}

/// Takes a filter off the queue, if it is there.
inline void remove(int queue, std::uintptr_t ident, int filter) noexcept {
  std::error_code not_there;
  apply(queue, change(ident, filter, EV_DELETE, 0, 0), not_there);
}

}  // namespace conq::detail::kqueue
