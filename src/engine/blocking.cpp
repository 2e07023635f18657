// SPDX-License-Identifier: Apache-2.0
// Threads blocked in a call: each makes its own system calls, one of them turns the queue for all
// while no wait() does.

#include <algorithm>
#include <array>

#include "engine/engine.hpp"

namespace conq::detail {

Deadline deadline_after(std::chrono::nanoseconds limit) noexcept {
  const Clock::time_point now = Clock::now();
  if (limit >= Clock::time_point::max() - now) return std::nullopt;
  return now + std::max(limit, std::chrono::nanoseconds::zero());
}

std::optional<std::chrono::nanoseconds> time_left(Deadline deadline) noexcept {
  if (!deadline) return std::nullopt;
  return std::max(*deadline - Clock::now(), Clock::duration::zero());
}

/// Whether a blocked call could not end before the handler returns that makes it.
bool Engine::waits_for_own_handler(const Direction& direction) const noexcept {
  if (direction.asynchronous() != nullptr && in_handler_here(direction)) return true;
  if (direction.owner.kind != Kind::exit) return false;
  const auto& exit = static_cast<const ExitRegistration&>(direction.owner);
  const Registration& terminal = *exit.terminal;
  // Its exit comes after what the handler was told.
  return !exit.over && !exit.shut_down && in_handler_here(terminal.read) && !terminal.read_ended &&
         !terminal.shut_down;
}

void Engine::run_blocked(Direction& direction, BlockedOperation& operation,
                         Deadline deadline) noexcept {
  if (of_parent(operation.error)) return;
  Lock lock(mutex_);
  if (direction.owner.closed) {
    operation.error = errc::closed;
    return;
  }
  if (operation.size == 0) return;
  if (!deadline && waits_for_own_handler(direction)) {
    operation.error = std::make_error_code(std::errc::resource_deadlock_would_occur);
    return;
  }
  direction.push(operation);
  if (direction.owner.shut_down) let_callers_first(direction);
  bool looked_at_last = false;
  while (operation.queued) {
    const bool first = direction.head == &operation && !direction.busy;
    if (first && runnable(direction)) {
      // Meanwhile another may have come to the front: one that was cancelled.
      if (!attempt(lock, direction, operation) && direction.head != &operation) schedule(direction);
      continue;
    }
    if (deadline && Clock::now() >= *deadline) {
      if (first && !looked_at_last) {
        // Events of the last moment may not have been fetched: ask the kernel itself.
        looked_at_last = direction.ready = true;
        continue;
      }
      direction.remove(operation);
      operation.error = errc::timed_out;
      schedule(direction);
      break;
    }
    if (turner_ == nullptr && servers_in_kernel_ == 0) {
      turn_as_caller(lock, direction, operation, deadline);
    } else {
      sleep(lock, operation, deadline);
    }
  }
  hand_over();
}

void Engine::turn_as_caller(Lock& lock, Direction& direction, BlockedOperation& operation,
                            Deadline deadline) noexcept {
  // Filled by the kernel's wait: to clear it took a kilobyte a turn.
  std::array<Event, 64> events;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::error_code ec;
  turner_ = &operation;
  const std::size_t count = fetch(lock, events, next_asking(deadline), nullptr, ec);
  turner_ = nullptr;
  dispatch(std::span(events).first(count));
  ask();
  if (!ec || !operation.queued) return;
  direction.remove(operation);
  operation.error = ec;
  schedule(direction);
}

void Engine::sleep(Lock& lock, BlockedOperation& operation, Deadline deadline) noexcept {
  sleepers_.push_back(operation);
  if (deadline) {
    operation.wake.wait_until(lock, *deadline);
  } else {
    operation.wake.wait(lock);
  }
  sleepers_.remove(operation);
}

}  // namespace conq::detail
