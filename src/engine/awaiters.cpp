// SPDX-License-Identifier: Apache-2.0
#include "conq/process.hpp"
#include "device/throwing.hpp"
#include "engine/engine.hpp"
#include "engine/names.hpp"

namespace conq {
namespace {

/// Starts `operation`; false where it was refused, which is its outcome then.
bool suspend(const std::shared_ptr<detail::Registration>& registration, bool writes,
             detail::CoroutineOperation& operation, std::coroutine_handle<> continuation) noexcept {
  operation.waiter = detail::Waiter::coroutine;
  operation.continuation = continuation;
  if (registration == nullptr) {
    operation.error = errc::closed;
    return false;
  }
  // Once started it may be resumed, and gone, before start() returns.
  std::error_code refused;
  const auto keep = registration;
  keep->engine->start(keep->direction(writes), operation, refused);
  if (!refused) return true;
  operation.error = refused;
  return false;
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
  return suspend(registration_, direction_ == Direction::write, operation_, continuation);
}

std::size_t IoAwaiter::await_resume() {
  if (ec_ != nullptr) {
    *ec_ = operation_.error;
  } else if (operation_.error) {
    detail::throw_error(operation_.error, direction_ == Direction::write ? "write" : "read",
                        detail::name_of(registration_));
  }
  return operation_.done;
}

ExitAwaiter::ExitAwaiter(std::shared_ptr<detail::Registration> exit) noexcept
    : exit_(std::move(exit)) {
  operation_.size = 1;
}

ExitAwaiter::~ExitAwaiter() { abandon(exit_, false, operation_); }

bool ExitAwaiter::await_suspend(std::coroutine_handle<> continuation) noexcept {
  return suspend(exit_, false, operation_, continuation);
}

ExitStatus ExitAwaiter::await_resume() {
  detail::throw_if(operation_.error, "wait for", detail::name_of(exit_));
  return static_cast<detail::ExitRegistration&>(*exit_).status;
}

}  // namespace conq
