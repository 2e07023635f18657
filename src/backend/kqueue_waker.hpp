// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "backend/kqueue_compat.hpp"
#include "conq/fd.hpp"
#include "device/throwing.hpp"

namespace conq::detail {

#ifdef EVFILT_USER

/// Wakes a kevent(2) by EVFILT_USER: no descriptor, nothing to drain.
class KqueueWaker {
 public:
  void attach(int queue, std::error_code& ec) noexcept {
    kqueue::apply(queue, kqueue::change(ident, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0), ec);
  }
  void wake(int queue) noexcept {
    std::error_code ignored;
    kqueue::apply(queue, kqueue::change(ident, EVFILT_USER, 0, NOTE_TRIGGER, 0), ignored);
  }
  /// Whether `event` is a wake().
  bool took(const struct kevent& event) noexcept { return event.filter == EVFILT_USER; }

 private:
  static constexpr std::uintptr_t ident = 0;
};

#else

/// Wakes a kevent(2) by a pipe, for NetBSD before 10 and older OpenBSD, which have no EVFILT_USER.
class KqueueWaker {
 public:
  void attach(int queue, std::error_code& ec) noexcept {
    std::array<int, 2> ends{};
    ec.clear();
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
      ec = last_error();
      return;
    }
    read_end_.reset(ends[0]);
    write_end_.reset(ends[1]);
    kqueue::apply(
        queue,
        kqueue::change(static_cast<std::uintptr_t>(ends[0]), EVFILT_READ, EV_ADD | EV_CLEAR, 0, 0),
        ec);
  }
  void wake(int) noexcept {
    const char byte = 0;
    // A full pipe is fine: its event is still to be fetched.
    while (::write(write_end_.get(), &byte, 1) < 0 && errno == EINTR) {
    }
  }
  /// Whether `event` is a wake(); empties the pipe then, so that the next one is an edge.
  bool took(const struct kevent& event) noexcept {
    if (event.filter != EVFILT_READ || event.ident != static_cast<std::uintptr_t>(read_end_.get()))
      return false;
    std::array<char, 64> bytes{};
    ssize_t count = 0;
    do {
      count = ::read(read_end_.get(), bytes.data(), bytes.size());
    } while (count > 0 || (count < 0 && errno == EINTR));
    return true;
  }

 private:
  Fd read_end_;
  Fd write_end_;
};

#endif

}  // namespace conq::detail
