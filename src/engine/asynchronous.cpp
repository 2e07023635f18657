// SPDX-License-Identifier: Apache-2.0
// Asynchronous operations: started, cancelled, taken back. They are served in serving.cpp.

#include <new>
#include <utility>

#include "engine/engine.hpp"

namespace conq::detail {

bool Engine::may_start(const Direction& direction, std::error_code& ec) const noexcept {
  ec.clear();
  if (direction.owner.closed || gone_) {
    ec = errc::closed;
  } else if (direction.asynchronous() != nullptr) {
    ec = std::make_error_code(std::errc::operation_in_progress);
  }
  return !ec;
}

Engine::~Engine() {
  while (spare_operations_ != nullptr) take_operation();
}

std::unique_ptr<HandlerOperation> Engine::take_operation() noexcept {
  if (spare_operations_ == nullptr) {
    return std::unique_ptr<HandlerOperation>(new (std::nothrow) HandlerOperation);
  }
  std::unique_ptr<HandlerOperation> taken(spare_operations_);
  spare_operations_ = static_cast<HandlerOperation*>(std::exchange(taken->next, nullptr));
  return taken;
}

void Engine::give_back(std::unique_ptr<HandlerOperation> operation) noexcept {
  *operation = {};
  operation->next = spare_operations_;
  spare_operations_ = operation.release();
}

void Engine::enqueue(Direction& direction, Operation& operation) noexcept {
  direction.push(operation);
  ++async_pending_;
  schedule(direction);
}

void Engine::start(Direction& direction, CoroutineOperation& operation,
                   std::coroutine_handle<> continuation, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  const std::lock_guard lock(mutex_);
  if (!may_start(direction, ec)) return;
  // An awaiter may be awaited again.
  operation.done = 0;
  operation.error.clear();
  operation.cancelled = false;
  operation.waiter = Waiter::coroutine;
  operation.continuation = continuation;
  enqueue(direction, operation);
}

void Engine::cancel(Direction& direction) noexcept {
  if (of_parent()) return;
  const std::lock_guard lock(mutex_);
  Operation* const operation = direction.asynchronous();
  if (operation == nullptr) return;
  operation->cancelled = true;
  // To the front: it need not wait for the callers before it, and moves no byte. Not so once there
  // is nothing to wait for: see let_callers_first().
  if (!direction.owner.shut_down) {
    direction.remove(*operation);
    direction.push_front(*operation);
  }
  schedule(direction);
}

void Engine::abandon(Direction& direction, Operation& operation) noexcept {
  if (of_parent()) return;
  Lock lock(mutex_);
  if (!operation.queued) return;
  operation.abandoned = true;
  abandoned_.wait(lock, [&] { return !operation.calling; });
  if (!operation.queued) return;
  direction.remove(operation);
  ready_.remove(direction);
  --async_pending_;
  if (closed_ && async_pending_ == 0) server_wake_.notify_all();
  schedule(direction);
}

}  // namespace conq::detail
