// SPDX-License-Identifier: Apache-2.0
// What is to be done next, and who is told. All of it under the engine's lock.

#include "engine/engine.hpp"

namespace conq::detail {

bool Engine::runnable(const Direction& direction) const noexcept {
  const Operation* const first = direction.head;
  if (first == nullptr || direction.busy || first->abandoned) return false;
  if (first->waiter != Waiter::caller && direction.in_handler) return false;
  const Registration& registration = direction.owner;
  const bool ended = direction.writes ? registration.hung_up && registration.hangup == Hangup::end
                                      : registration.read_ended;
  return direction.ready || first->cancelled || registration.shut_down || ended ||
         first->done == first->size;
}

void Engine::schedule(Direction& direction) noexcept {
  if (!runnable(direction)) return;
  if (direction.head->waiter != Waiter::caller) {
    ready_.push_back(direction);
    nudge();
    return;
  }
  auto& blocked = static_cast<BlockedOperation&>(*direction.head);
  if (&blocked == turner_) {
    wake_kernel();
  } else {
    blocked.wake.notify_one();
  }
}

void Engine::try_again(Direction& direction) noexcept {
  direction.ready = true;
  direction.looks = false;
  schedule(direction);
}

void Engine::dispatch(std::span<const Event> events) noexcept {
  for (const Event& event : events) {
    Registration* const registration = slots_.find(event.token);
    if (registration == nullptr) continue;
    if (registration->kind == Kind::exit) {
      look_at_exit(static_cast<ExitRegistration&>(*registration));
      continue;
    }
    // An old flag of a console must not turn into a hangup; reading finds out in any case. The end
    // of a stream is announced once, so it is remembered until it has been read.
    if (event.hung_up &&
        (registration->kind == Kind::stream || backend_->dialect().hangup_flag_is_current)) {
      registration->hung_up = true;
    }
    if (event.readable || event.hung_up) {
      registration->read.ready = registration->read.fresh = true;
      schedule(registration->read);
    }
    // By a console's hangup only where that is news: each write that finds a hung-up Linux master
    // full makes another such event (6.18, seen: tty_write wakes its own queue), on FreeBSD each
    // write does. OpenBSD tells writers of it in no other way. A stream's writer has to find that
    // it is gone.
    const bool news = event.hung_up && !registration->hangup_noted;
    registration->hangup_noted = event.hung_up;
    if (event.writable || news || (event.hung_up && registration->kind == Kind::stream)) {
      registration->write.ready = registration->write.fresh = true;
    }
    schedule(registration->write);
    // Lazily: between two writes that wait for room it stays. So it does, too, where this fails.
    if (event.writable && registration->write.head == nullptr) watch_room(*registration, false);
  }
}

void Engine::wake_kernel() noexcept {
  if (wake_pending_) return;
  wake_pending_ = true;
  backend_->wake();
}

void Engine::nudge() noexcept {
  // Those in the kernel's wait are woken one by one, each by the one before.
  if (closed_ && servers_idle_ > 0) wake_kernel();
  // A server that is about to look takes one piece of work itself.
  if (ready_.size() <= (server_dispatching_ ? 1U : 0U)) return;
  if (servers_idle_ > 0) {
    wake_kernel();
  } else if (servers_in_kernel_ > 0) {
    return;  // It is about to look, too.
  } else if (servers_asleep_ > 0) {
    server_wake_.notify_one();
  } else if (servers_ == 0 && outer_ != nullptr) {
    outer_->wake();
  }
}

void Engine::hand_over() noexcept {
  if (turner_ != nullptr || servers_in_kernel_ > 0) return;
  if (servers_asleep_ > 0) {
    server_wake_.notify_one();
  } else if (!sleepers_.empty()) {
    sleepers_.front()->wake.notify_one();
  }
}

}  // namespace conq::detail
