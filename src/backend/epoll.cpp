// SPDX-License-Identifier: Apache-2.0
#include "backend/epoll.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <new>

#include "backend/pidfd.hpp"
#include "device/throwing.hpp"

namespace conq {
namespace {

using detail::Event;
using detail::last_error;

// No token of the engine's: their upper half is a generation that starts from 1 and the lower an
// index.
constexpr std::uint64_t wake_token = 0;

constexpr std::uint32_t always_watched = EPOLLIN | EPOLLRDHUP | EPOLLET;

int to_milliseconds(std::optional<std::chrono::nanoseconds> limit) noexcept {
  if (!limit) return -1;
  const auto rounded_up = std::chrono::ceil<std::chrono::milliseconds>(*limit).count();
  return static_cast<int>(
      std::clamp<decltype(rounded_up)>(rounded_up, 0, std::numeric_limits<int>::max()));
}

}  // namespace

EpollBackend::EpollBackend(std::error_code& ec) noexcept : queue_(::epoll_create1(EPOLL_CLOEXEC)) {
  ec.clear();
  if (!queue_) {
    ec = last_error();
    return;
  }
  waker_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!waker_) {
    ec = last_error();
    return;
  }
  // Edge-triggered: each write is an event for one waiter, and the count need never be read.
  watch(waker_.get(), EPOLLIN | EPOLLET, wake_token, ec);
}

void EpollBackend::watch(int fd, std::uint32_t events, std::uint64_t token,
                         std::error_code& ec) noexcept {
  change(EPOLL_CTL_ADD, fd, events, token, ec);
}

void EpollBackend::change(int operation, int fd, std::uint32_t events, std::uint64_t token,
                          std::error_code& ec) noexcept {
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  if (::epoll_ctl(queue_.get(), operation, fd, &event) == 0) {
    ec.clear();
  } else {
    ec = last_error();
  }
}

detail::Watched EpollBackend::add(int fd, std::uint64_t token, std::error_code& ec) noexcept {
  watch(fd, always_watched, token, ec);
  // epoll_ctl(2): EPERM for a file that does not support epoll, such as a regular file.
  if (ec != std::errc::operation_not_permitted) return detail::Watched::edges;
  ec.clear();
  return detail::Watched::always;
}

void EpollBackend::watch_room(int fd, std::uint64_t token, bool wanted,
                              std::error_code& ec) noexcept {
  // Not for good: each write on a terminal makes an event for its own side (6.18, seen), so that
  // whoever waits for an echo would be woken twice.
  change(EPOLL_CTL_MOD, fd, wanted ? always_watched | EPOLLOUT : always_watched, token, ec);
}

void EpollBackend::remove(int fd) noexcept {
  epoll_event ignored{};
  ::epoll_ctl(queue_.get(), EPOLL_CTL_DEL, fd, &ignored);
}

Fd EpollBackend::add_exit(pid_t pid, std::uint64_t token, std::error_code& ec) noexcept {
  Fd process = detail::open_pidfd(pid, ec);
  if (!process) return process;
  watch(process.get(), EPOLLIN | EPOLLET, token, ec);
  if (ec) process.reset();
  return process;
}

std::size_t EpollBackend::wait(std::span<Event> events,
                               std::optional<std::chrono::nanoseconds> limit, bool& woken,
                               std::error_code& ec) noexcept {
  // The kernel fills what is looked at.
  std::array<epoll_event, 128> raw;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const auto room = static_cast<int>(std::min(raw.size(), events.size()));
  const int count = ::epoll_wait(queue_.get(), raw.data(), room, to_milliseconds(limit));
  ec.clear();
  if (count < 0) {
    if (errno != EINTR) ec = last_error();
    return 0;
  }
  std::size_t stored = 0;
  for (const epoll_event& event : std::span(raw).first(static_cast<std::size_t>(count))) {
    if (event.data.u64 == wake_token) {
      woken = true;
      continue;
    }
    events[stored++] = {
        event.data.u64, (event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0,
        (event.events & (EPOLLOUT | EPOLLERR)) != 0, (event.events & (EPOLLRDHUP | EPOLLHUP)) != 0};
  }
  return stored;
}

void EpollBackend::wake() noexcept {
  while (::eventfd_write(waker_.get(), 1) != 0 && errno == EINTR) {
  }
}

std::unique_ptr<detail::Backend> EpollBackend::another(std::error_code& ec) const noexcept {
  std::unique_ptr<detail::Backend> made(new (std::nothrow) EpollBackend(ec));
  if (!made) ec = std::make_error_code(std::errc::not_enough_memory);
  return made;
}

}  // namespace conq
