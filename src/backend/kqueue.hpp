// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend/backend.hpp"
#include "backend/kqueue_waker.hpp"

namespace conq {

/// kqueue(2): EVFILT_READ and EVFILT_WRITE with EV_CLEAR, EVFILT_PROC for exits.
class KqueueBackend final : public detail::Backend {
 public:
  explicit KqueueBackend(std::error_code& ec) noexcept;

  int handle() const noexcept override { return queue_.get(); }
  const detail::Dialect& dialect() const noexcept override;
  detail::Watched add(int fd, std::uint64_t token, std::error_code& ec) noexcept override;
  /// EVFILT_WRITE is a filter of its own, there from the start.
  void watch_room(int /*fd*/, std::uint64_t /*token*/, bool /*wanted*/,
                  std::error_code& ec) noexcept override {
    ec.clear();
  }
  void remove(int fd) noexcept override;
  Fd add_exit(pid_t pid, std::uint64_t token, std::error_code& ec) noexcept override;
  void remove_exit(pid_t pid, const Fd& process) noexcept override;
  std::size_t wait(std::span<detail::Event> events, std::optional<std::chrono::nanoseconds> limit,
                   bool& woken, std::error_code& ec) noexcept override;
  void wake() noexcept override { waker_.wake(queue_.get()); }
  std::unique_ptr<detail::Backend> another(std::error_code& ec) const noexcept override;

 private:
  Fd queue_;
  detail::KqueueWaker waker_;
};

}  // namespace conq
