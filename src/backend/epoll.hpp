// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "backend/backend.hpp"

namespace conq {

/// epoll(7) with an eventfd(2) to wake.
class EpollBackend final : public detail::Backend {
 public:
  explicit EpollBackend(std::error_code& ec) noexcept;

  int handle() const noexcept override { return queue_.get(); }
  const detail::Dialect& dialect() const noexcept override { return detail::dialect::linux_epoll; }
  detail::Watched add(int fd, std::uint64_t token, std::error_code& ec) noexcept override;
  void watch_room(int fd, std::uint64_t token, bool wanted, std::error_code& ec) noexcept override;
  void remove(int fd) noexcept override;
  Fd add_exit(pid_t pid, std::uint64_t token, std::error_code& ec) noexcept override;
  void remove_exit(pid_t, const Fd& process) noexcept override {
    if (process) remove(process.get());
  }
  std::size_t wait(std::span<detail::Event> events, std::optional<std::chrono::nanoseconds> limit,
                   bool& woken, std::error_code& ec) noexcept override;
  void wake() noexcept override;
  std::unique_ptr<detail::Backend> another(std::error_code& ec) const noexcept override;

 private:
  void watch(int fd, std::uint32_t events, std::uint64_t token, std::error_code& ec) noexcept;
  void change(int operation, int fd, std::uint32_t events, std::uint64_t token,
              std::error_code& ec) noexcept;

  Fd queue_;
  Fd waker_;
};

}  // namespace conq
