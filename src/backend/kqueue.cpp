// SPDX-License-Identifier: Apache-2.0
#include "backend/kqueue.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include "backend/kqueue_compat.hpp"
#include "backend/kqueue_exit.hpp"
#include "device/throwing.hpp"

namespace conq {
namespace {

using detail::Event;
using detail::last_error;
namespace kqueue = detail::kqueue;

/// Regular files, directories and devices like /dev/null: some kernels refuse to watch them, others
/// report only what lies before the end of the file.
bool always_ready(int fd) noexcept {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return false;
  return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) ||
         (S_ISCHR(status.st_mode) && ::isatty(fd) == 0);
}

void add_filter(int queue, int fd, int filter, std::uint64_t token, std::error_code& ec) noexcept {
  kqueue::apply(
      queue, kqueue::change(static_cast<std::uintptr_t>(fd), filter, EV_ADD | EV_CLEAR, 0, token),
      ec);
}

}  // namespace

KqueueBackend::KqueueBackend(std::error_code& ec) noexcept : queue_(::kqueue()) {
  ec.clear();
  if (!queue_) {
    ec = last_error();
    return;
  }
  // kqueue(2) takes no flags on macOS. A child never inherits it; this is for an exec without a
  // fork.
  ::fcntl(queue_.get(), F_SETFD, FD_CLOEXEC);
  waker_.attach(queue_.get(), ec);
}

const detail::Dialect& KqueueBackend::dialect() const noexcept { return kqueue::kernel; }

detail::Watched KqueueBackend::add(int fd, std::uint64_t token, std::error_code& ec) noexcept {
  ec.clear();
  if (always_ready(fd)) return detail::Watched::always;
  add_filter(queue_.get(), fd, EVFILT_READ, token, ec);
  // EINVAL: this kind of file has no such filter, as /dev/tty on XNU.
  if (ec == std::errc::invalid_argument)
    ec = std::make_error_code(std::errc::operation_not_supported);
  if (ec) return detail::Watched::edges;
  // A descriptor that is never written to may refuse the filter: EPIPE for a pipe whose reader is
  // gone (FreeBSD, as in mio's kqueue selector), EINVAL for another kqueue.
  std::error_code write_refused;
  add_filter(queue_.get(), fd, EVFILT_WRITE, token, write_refused);
  return detail::Watched::edges;
}

void KqueueBackend::remove(int fd) noexcept {
  // In two calls: an error of the first change would keep the second from being applied.
  // An array of int, as NetBSD's filters are unsigned.
  for (const int filter : std::array<int, 2>{EVFILT_READ, EVFILT_WRITE}) {
    kqueue::remove(queue_.get(), static_cast<std::uintptr_t>(fd), filter);
  }
}

Fd KqueueBackend::add_exit(pid_t pid, std::uint64_t token, std::error_code& ec) noexcept {
  return kqueue::watch_exit(queue_.get(), pid, token, ec);
}

std::size_t KqueueBackend::wait(std::span<Event> events,
                                std::optional<std::chrono::nanoseconds> limit, bool& woken,
                                std::error_code& ec) noexcept {
  // The kernel fills what is looked at.
  std::array<struct kevent, 128> raw;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  timespec timeout{};
  if (limit) {
    // XNU has refused more than 100,000,000 s (kevent_get_timeout, itimerfix): the engine asks
    // again.
    constexpr std::chrono::nanoseconds longest = std::chrono::hours(24);
    const auto left = std::clamp(*limit, std::chrono::nanoseconds::zero(), longest);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    timeout.tv_sec = static_cast<decltype(timeout.tv_sec)>(seconds.count());
    timeout.tv_nsec = static_cast<decltype(timeout.tv_nsec)>((left - seconds).count());
  }
  // kevent(2) takes an int, NetBSD's a size_t: this becomes either.
  const auto room = static_cast<unsigned short>(std::min(raw.size(), events.size()));
  const int count =
      ::kevent(queue_.get(), nullptr, 0, raw.data(), room, limit ? &timeout : nullptr);
  ec.clear();
  if (count < 0) {
    if (errno != EINTR) ec = last_error();
    return 0;
  }
  std::size_t stored = 0;
  for (const struct kevent& event : std::span(raw).first(static_cast<std::size_t>(count))) {
    if (waker_.took(event)) {
      woken = true;
      continue;
    }
    const bool ended = (event.flags & EV_EOF) != 0;
    const bool failed = (event.flags & EV_ERROR) != 0;
    const bool about_writing = event.filter == EVFILT_WRITE;
    // A flag of now, on a console's writing side, says hung up, not that there is room.
    const bool only_hung_up = ended && kqueue::kernel.hangup_flag_is_current;
    events[stored++] = {kqueue::token_of(event), !about_writing || ended || failed,
                        failed || (about_writing && !only_hung_up), ended};
  }
  return stored;
}

void KqueueBackend::remove_exit(pid_t pid, const Fd& process) noexcept {
  kqueue::unwatch_exit(queue_.get(), pid, process);
}

std::unique_ptr<detail::Backend> KqueueBackend::another(std::error_code& ec) const noexcept {
  if (!kqueue::kernel.queue_is_pollable) {
    ec = std::make_error_code(std::errc::operation_not_supported);
    return nullptr;
  }
  std::unique_ptr<detail::Backend> made(new (std::nothrow) KqueueBackend(ec));
  if (!made) ec = std::make_error_code(std::errc::not_enough_memory);
  return made;
}

}  // namespace conq
