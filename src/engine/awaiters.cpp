// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "conq/console_socket.hpp"
#include "conq/process.hpp"
#include "device/throwing.hpp"
#include "engine/engine.hpp"
#include "engine/names.hpp"

namespace conq {
namespace {

/// Starts `operation`; false where it was refused, with the error in `refused`.
bool suspend(const std::shared_ptr<detail::Registration>& registration, bool writes,
             detail::CoroutineOperation& operation, std::coroutine_handle<> continuation,
             std::error_code& refused) noexcept {
  // Once started it may be resumed, and gone, before start() returns.
  std::error_code ec = errc::closed;
  if (const auto keep = registration) {
    keep->engine->start(keep->direction(writes), operation, continuation, ec);
  }
  if (ec) refused = ec;
  return !ec;
}

void abandon(const std::shared_ptr<detail::Registration>& registration, bool writes,
             detail::Operation& operation) noexcept {
  if (registration != nullptr) {
    registration->engine->abandon(registration->direction(writes), operation);
  }
}

}  // namespace

IoAwaiter::IoAwaiter(std::shared_ptr<detail::Registration> registration, Direction direction,
                     std::byte* data, std::size_t size, std::error_code* ec) noexcept
    : registration_(std::move(registration)), ec_(ec), direction_(direction) {
  operation_.data = data;
  operation_.size = size;
}

IoAwaiter::~IoAwaiter() { abandon(registration_, direction_ == Direction::write, operation_); }

bool IoAwaiter::await_suspend(std::coroutine_handle<> continuation) noexcept {
  return suspend(registration_, direction_ == Direction::write, operation_, continuation, refused_);
}

std::size_t IoAwaiter::await_resume() {
  const std::error_code refused = std::exchange(refused_, {});
  const std::error_code error = refused ? refused : operation_.error;
  if (ec_ != nullptr) {
    *ec_ = error;
  } else if (error) {
    detail::throw_error(error, direction_ == Direction::write ? "write" : "read",
                        detail::name_of(registration_));
  }
  return refused ? 0 : operation_.done;
}

ExitAwaiter::ExitAwaiter(std::shared_ptr<detail::Registration> exit) noexcept
    : exit_(std::move(exit)) {
  operation_.size = 1;
}

ExitAwaiter::~ExitAwaiter() { abandon(exit_, false, operation_); }

bool ExitAwaiter::await_suspend(std::coroutine_handle<> continuation) noexcept {
  return suspend(exit_, false, operation_, continuation, refused_);
}

ExitStatus ExitAwaiter::await_resume() {
  const std::error_code refused = std::exchange(refused_, {});
  detail::throw_if_failed(refused ? refused : operation_.error, "wait for", exit_);
  return static_cast<detail::ExitRegistration&>(*exit_).status;
}

ReceiveAwaiter::ReceiveAwaiter(std::shared_ptr<detail::Registration> registration,
                               std::error_code* ec) noexcept
    : registration_(std::move(registration)), ec_(ec) {
  detail::receive_into(received_, operation_);
}

ReceiveAwaiter::~ReceiveAwaiter() { abandon(registration_, false, operation_); }

bool ReceiveAwaiter::await_suspend(std::coroutine_handle<> continuation) noexcept {
  return suspend(registration_, false, operation_, continuation, refused_);
}

Console ReceiveAwaiter::await_resume() {
  const std::error_code refused = std::exchange(refused_, {});
  const std::error_code error = refused ? refused : operation_.error;
  if (ec_ != nullptr) {
    *ec_ = error;
  } else {
    detail::throw_if_failed(error, "receive a console from", registration_);
  }
  return refused ? Console() : std::move(received_);
}

}  // namespace conq
