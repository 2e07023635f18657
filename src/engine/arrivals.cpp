// SPDX-License-Identifier: Apache-2.0
// Consoles that come through a descriptor: when, and who gets them.

#include <utility>

#include "engine/engine.hpp"

namespace conq::detail {

bool Engine::attempt_arrival(Lock& lock, Direction& direction, Operation& operation) noexcept {
  auto& arrival = static_cast<ArrivalRegistration&>(direction.owner);
  if (arrival.over) return hand_out(arrival, operation);
  if (arrival.shut_down) return finish(direction, operation, errc::shut_down);
  Arrival looked = look_for_arrival(lock, direction, operation);
  if (looked.state == Arrival::State::over) {
    arrival.error = looked.error;
    arrival.arrived = std::move(looked.console);
    arrival.over = arrival.read_ended = true;
    // Whoever abandons it leaves the outcome to the next.
    return !operation.abandoned && hand_out(arrival, operation);
  }
  if (looked.error && !operation.abandoned) return finish(direction, operation, looked.error);
  return false;
}

Arrival Engine::look_for_arrival(Lock& lock, Direction& direction, Operation& operation) noexcept {
  auto& arrival = static_cast<ArrivalRegistration&>(direction.owner);
  const int fd = arrival.fd();
  direction.busy = operation.calling = true;
  direction.fresh = false;
  ++arrival.users;
  lock.unlock();
  Arrival looked = arrival.look(fd);
  lock.lock();
  const bool goes_on = looked.state != Arrival::State::over;
  if (looked.next || !goes_on) {
    std::error_code ec;
    looked.next = watch_instead(arrival, std::move(looked.next), ec);
    if (ec) {
      looked.error = ec;
      looked.state = Arrival::State::over;
    }
    lock.unlock();
    looked.next.reset();
    lock.lock();
  }
  direction.busy = operation.calling = false;
  direction.ready = looked.state != Arrival::State::nothing || looked.error || direction.fresh;
  release_use(arrival);
  if (operation.abandoned) abandoned_.notify_all();
  return looked;
}

/// Gives what was watched until now, which nobody uses any more. With no `next`, nothing is.
Fd Engine::watch_instead(ArrivalRegistration& arrival, Fd next, std::error_code& ec) noexcept {
  // Not so after a shutdown that came meanwhile.
  const bool watched = arrival.registered && next;
  unregister(arrival);
  Fd before = std::exchange(arrival.stream, std::move(next));
  if (watched) put_on_queue(arrival, ec);
  return before;
}

bool Engine::hand_out(ArrivalRegistration& arrival, Operation& operation) noexcept {
  if (arrival.taken) return finish(arrival.read, operation, errc::closed);
  arrival.taken = true;
  // One with a handler is given it in deliver().
  if (operation.data != nullptr && !arrival.error) {
    *reinterpret_cast<Console*>(operation.data) = std::move(arrival.arrived);
  }
  return finish(arrival.read, operation, arrival.error);
}

}  // namespace conq::detail
