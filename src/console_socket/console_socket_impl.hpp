// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed face of a console socket. Included only where it is instantiated for a backend.

#include <new>
#include <utility>

#include "conq/console_socket.hpp"
#include "console_socket/console_arrival.hpp"
#include "device/throwing.hpp"
#include "engine/engine.hpp"
#include "engine/names.hpp"

namespace conq {
namespace detail {

inline ConsoleArrival& as_arrival(const std::shared_ptr<Registration>& registration) noexcept {
  return static_cast<ConsoleArrival&>(*registration);
}

inline Console receive_blocked(const std::shared_ptr<Registration>& registration, Deadline deadline,
                               std::error_code& ec) noexcept {
  Console received;
  if (registration == nullptr) {
    ec = errc::closed;
    return received;
  }
  BlockedOperation operation;
  receive_into(received, operation);
  registration->engine->run_blocked(registration->read, operation, deadline);
  ec = operation.error;
  return received;
}

}  // namespace detail

template <class Backend>
BasicConsoleSocket<Backend>::BasicConsoleSocket() noexcept = default;

template <class Backend>
BasicConsoleSocket<Backend>::BasicConsoleSocket(BasicConsoleSocket&&) noexcept = default;

template <class Backend>
BasicConsoleSocket<Backend>::BasicConsoleSocket(
    std::shared_ptr<detail::Registration> registration) noexcept
    : registration_(std::move(registration)) {}

template <class Backend>
auto BasicConsoleSocket<Backend>::operator=(BasicConsoleSocket&& other) noexcept
    -> BasicConsoleSocket& {
  if (this != &other) {
    std::error_code closed_already;
    close(closed_already);
    registration_ = std::move(other.registration_);
  }
  return *this;
}

template <class Backend>
BasicConsoleSocket<Backend>::~BasicConsoleSocket() {
  std::error_code closed_already;
  close(closed_already);
}

template <class Backend>
auto BasicConsoleSocket<Backend>::listen(BasicPoller<Backend>& poller,
                                         const ConsoleSocketOptions& options)
    -> BasicConsoleSocket {
  std::error_code ec;
  BasicConsoleSocket socket = listen(poller, options, ec);
  detail::throw_if(ec, "make a console socket", options.path);
  return socket;
}

template <class Backend>
auto BasicConsoleSocket<Backend>::listen(BasicPoller<Backend>& poller,
                                         const ConsoleSocketOptions& options,
                                         std::error_code& ec) noexcept -> BasicConsoleSocket {
  try {
    if (poller.engine_->of_parent(ec)) return {};
    auto arrival = std::make_shared<detail::ConsoleArrival>(poller.engine_);
    arrival->listen(options.path, ec);
    if (!ec) poller.engine_->add(*arrival, ec);
    if (!ec) return BasicConsoleSocket(std::move(arrival));
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
  }
  return {};
}

template <class Backend>
const std::string& BasicConsoleSocket<Backend>::path() const noexcept {
  static const std::string none;
  return registration_ == nullptr ? none : detail::as_arrival(registration_).file().path();
}

template <class Backend>
Console BasicConsoleSocket<Backend>::receive() {
  std::error_code ec;
  Console received = receive(ec);
  detail::throw_if_failed(ec, "receive a console from", registration_);
  return received;
}

template <class Backend>
Console BasicConsoleSocket<Backend>::receive(std::error_code& ec) noexcept {
  return detail::receive_blocked(registration_, std::nullopt, ec);
}

template <class Backend>
Console BasicConsoleSocket<Backend>::receive_for(std::chrono::nanoseconds limit) {
  std::error_code ec;
  Console received = receive_for(limit, ec);
  detail::throw_if_failed(ec, "receive a console from", registration_);
  return received;
}

template <class Backend>
Console BasicConsoleSocket<Backend>::receive_for(std::chrono::nanoseconds limit,
                                                 std::error_code& ec) noexcept {
  return detail::receive_blocked(registration_, detail::deadline_after(limit), ec);
}

template <class Backend>
void BasicConsoleSocket<Backend>::async_receive(ConsoleHandler handler) {
  std::error_code ec;
  async_receive(std::move(handler), ec);
  detail::throw_if_failed(ec, "receive a console from", registration_);
}

template <class Backend>
void BasicConsoleSocket<Backend>::async_receive(ConsoleHandler handler,
                                                std::error_code& ec) noexcept {
  if (registration_ == nullptr) {
    ec = errc::closed;
  } else {
    registration_->engine->start(registration_->read, detail::Waiter::handler, nullptr, 1,
                                 std::move(handler), ec);
  }
}

template <class Backend>
ReceiveAwaiter BasicConsoleSocket<Backend>::async_receive() noexcept {
  return {registration_, nullptr};
}

template <class Backend>
ReceiveAwaiter BasicConsoleSocket<Backend>::async_receive(std::error_code& ec) noexcept {
  return {registration_, &ec};
}

template <class Backend>
void BasicConsoleSocket<Backend>::cancel() noexcept {
  if (registration_ != nullptr) registration_->engine->cancel(registration_->read);
}

template <class Backend>
void BasicConsoleSocket<Backend>::shutdown() noexcept {
  if (registration_ != nullptr) registration_->engine->shut_down(*registration_);
}

template <class Backend>
void BasicConsoleSocket<Backend>::close() {
  std::error_code ec;
  close(ec);
  detail::throw_if_failed(ec, "close", registration_);
}

template <class Backend>
void BasicConsoleSocket<Backend>::close(std::error_code& ec) noexcept {
  if (registration_ == nullptr) {
    ec = errc::closed;
    return;
  }
  registration_->engine->close(*registration_, ec);
  if (!ec) detail::as_arrival(registration_).file().remove();
}

}  // namespace conq
