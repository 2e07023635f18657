// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed faces of a registration. Included only where they are instantiated for a backend.

#include "conq/poller.hpp"
#include "device/throwing.hpp"
#include "engine/engine.hpp"
#include "engine/names.hpp"

namespace conq {
namespace detail {

/// A blocking read or write of `size` bytes at `data`; the outcome is in the result and `ec`.
inline std::size_t transfer(const std::shared_ptr<Registration>& registration, bool writes,
                            std::byte* data, std::size_t size, Deadline deadline,
                            std::error_code& ec) noexcept {
  if (registration == nullptr) {
    ec = errc::closed;
    return 0;
  }
  BlockedOperation operation;
  operation.data = data;
  operation.size = size;
  registration->engine->run_blocked(registration->direction(writes), operation, deadline);
  ec = operation.error;
  return operation.done;
}

/// What is written is only ever read, but reads and writes share one kind of operation.
inline std::byte* source(std::span<const std::byte> from) noexcept {
  return const_cast<std::byte*>(from.data());
}

template <class AnyHandler>
void start_async(const std::shared_ptr<Registration>& registration, bool writes, Waiter waiter,
                 std::byte* data, std::size_t size, AnyHandler handler,
                 std::error_code& ec) noexcept {
  if (registration == nullptr) {
    ec = errc::closed;
    return;
  }
  registration->engine->start(registration->direction(writes), waiter, data, size,
                              std::move(handler), ec);
}

}  // namespace detail

template <class Backend>
BasicChannel<Backend>::BasicChannel() noexcept = default;

template <class Backend>
BasicChannel<Backend>::BasicChannel(BasicChannel&&) noexcept = default;

template <class Backend>
BasicChannel<Backend>::BasicChannel(std::shared_ptr<detail::Registration> registration) noexcept
    : registration_(std::move(registration)) {}

template <class Backend>
BasicChannel<Backend>& BasicChannel<Backend>::operator=(BasicChannel&& other) noexcept {
  if (this != &other) {
    std::error_code closed_already;
    close(closed_already);
    registration_ = std::move(other.registration_);
  }
  return *this;
}

template <class Backend>
BasicChannel<Backend>::~BasicChannel() {
  std::error_code closed_already;
  close(closed_already);
}

template <class Backend>
int BasicChannel<Backend>::fd() const noexcept {
  return registration_ == nullptr ? -1 : registration_->engine->fd_of(*registration_);
}

template <class Backend>
std::size_t BasicChannel<Backend>::read(std::span<std::byte> into) {
  std::error_code ec;
  const std::size_t count = read(into, ec);
  detail::throw_if_failed(ec, "read", registration_);
  return count;
}

template <class Backend>
std::size_t BasicChannel<Backend>::read(std::span<std::byte> into, std::error_code& ec) noexcept {
  return detail::transfer(registration_, false, into.data(), into.size(), std::nullopt, ec);
}

template <class Backend>
std::size_t BasicChannel<Backend>::read_for(std::span<std::byte> into,
                                            std::chrono::nanoseconds limit) {
  std::error_code ec;
  const std::size_t count = read_for(into, limit, ec);
  detail::throw_if_failed(ec, "read", registration_);
  return count;
}

template <class Backend>
std::size_t BasicChannel<Backend>::read_for(std::span<std::byte> into,
                                            std::chrono::nanoseconds limit,
                                            std::error_code& ec) noexcept {
  return detail::transfer(registration_, false, into.data(), into.size(),
                          detail::deadline_after(limit), ec);
}

template <class Backend>
std::size_t BasicChannel<Backend>::write(std::span<const std::byte> from) {
  std::error_code ec;
  const std::size_t count = write(from, ec);
  detail::throw_if_failed(ec, "write", registration_);
  return count;
}

template <class Backend>
std::size_t BasicChannel<Backend>::write(std::span<const std::byte> from,
                                         std::error_code& ec) noexcept {
  return detail::transfer(registration_, true, detail::source(from), from.size(), std::nullopt, ec);
}

template <class Backend>
void BasicChannel<Backend>::async_read(std::span<std::byte> into, IoHandler handler) {
  std::error_code ec;
  async_read(into, std::move(handler), ec);
  detail::throw_if_failed(ec, "start a read of", registration_);
}

template <class Backend>
void BasicChannel<Backend>::async_read(std::span<std::byte> into, IoHandler handler,
                                       std::error_code& ec) noexcept {
  detail::start_async(registration_, false, detail::Waiter::handler, into.data(), into.size(),
                      std::move(handler), ec);
}

template <class Backend>
void BasicChannel<Backend>::async_read(LentHandler handler) {
  std::error_code ec;
  async_read(std::move(handler), ec);
  detail::throw_if_failed(ec, "start a read of", registration_);
}

template <class Backend>
void BasicChannel<Backend>::async_read(LentHandler handler, std::error_code& ec) noexcept {
  detail::start_async(registration_, false, detail::Waiter::lent, nullptr, detail::LentBuffer::size,
                      std::move(handler), ec);
}

template <class Backend>
void BasicChannel<Backend>::async_write(std::span<const std::byte> from, IoHandler handler) {
  std::error_code ec;
  async_write(from, std::move(handler), ec);
  detail::throw_if_failed(ec, "start a write to", registration_);
}

template <class Backend>
void BasicChannel<Backend>::async_write(std::span<const std::byte> from, IoHandler handler,
                                        std::error_code& ec) noexcept {
  detail::start_async(registration_, true, detail::Waiter::handler, detail::source(from),
                      from.size(), std::move(handler), ec);
}

template <class Backend>
IoAwaiter BasicChannel<Backend>::async_read(std::span<std::byte> into) noexcept {
  return {registration_, IoAwaiter::Direction::read, into.data(), into.size(), nullptr};
}

template <class Backend>
IoAwaiter BasicChannel<Backend>::async_read(std::span<std::byte> into,
                                            std::error_code& ec) noexcept {
  return {registration_, IoAwaiter::Direction::read, into.data(), into.size(), &ec};
}

template <class Backend>
IoAwaiter BasicChannel<Backend>::async_write(std::span<const std::byte> from) noexcept {
  return {registration_, IoAwaiter::Direction::write, detail::source(from), from.size(), nullptr};
}

template <class Backend>
IoAwaiter BasicChannel<Backend>::async_write(std::span<const std::byte> from,
                                             std::error_code& ec) noexcept {
  return {registration_, IoAwaiter::Direction::write, detail::source(from), from.size(), &ec};
}

template <class Backend>
void BasicChannel<Backend>::cancel() noexcept {
  cancel_read();
  cancel_write();
}

template <class Backend>
void BasicChannel<Backend>::cancel_read() noexcept {
  if (registration_ != nullptr) registration_->engine->cancel(registration_->read);
}

template <class Backend>
void BasicChannel<Backend>::cancel_write() noexcept {
  if (registration_ != nullptr) registration_->engine->cancel(registration_->write);
}

template <class Backend>
void BasicChannel<Backend>::shutdown() noexcept {
  if (registration_ != nullptr) registration_->engine->shut_down(*registration_);
}

template <class Backend>
void BasicChannel<Backend>::shutdown(std::function<void(int fd)> close) {
  if (registration_ == nullptr) return;
  // `close` may drop the handle.
  const auto keep = registration_;
  keep->engine->shut_down(*keep, close);
}

template <class Backend>
void BasicChannel<Backend>::close() {
  std::error_code ec;
  close(ec);
  detail::throw_if_failed(ec, "close", registration_);
}

template <class Backend>
void BasicChannel<Backend>::close(std::error_code& ec) noexcept {
  if (registration_ == nullptr) {
    ec = errc::closed;
  } else {
    registration_->engine->close(*registration_, ec);
  }
}

}  // namespace conq
