// SPDX-License-Identifier: Apache-2.0
// One system call for the operation whose turn it is, and what its answer means.

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "device/most_a_call.hpp"
#include "engine/engine.hpp"
#include "engine/socket_type.hpp"

namespace conq::detail {
namespace {

bool would_block(int error) noexcept { return error == EAGAIN || error == EWOULDBLOCK; }

std::error_code system_error(int error) noexcept { return {error, std::system_category()}; }

}  // namespace

bool Engine::attempt(Lock& lock, Direction& direction, Operation& operation) noexcept {
  Registration& registration = direction.owner;
  if (operation.cancelled) {
    return finish(direction, operation, std::make_error_code(std::errc::operation_canceled));
  }
  if (registration.kind == Kind::arrival) return attempt_arrival(lock, direction, operation);
  if (registration.kind == Kind::exit) {
    auto& exit = static_cast<ExitRegistration&>(registration);
    if (!exit.shut_down) look_at_exit(exit);
    if (exit.over) return finish(direction, operation, exit.error);
    if (exit.shut_down) return finish(direction, operation, errc::shut_down);
    direction.ready = false;
    return false;
  }
  if (direction.writes) {
    if (registration.shut_down) return finish(direction, operation, errc::shut_down);
    if (registration.hung_up && registration.hangup == Hangup::end) {
      return finish(direction, operation, errc::hung_up);
    }
  } else if (registration.read_ended || registration.closed) {
    return finish(direction, operation, {});
  }
  if (operation.done == operation.size) return finish(direction, operation, {});
  return attempt_io(lock, direction, operation);
}

bool Engine::attempt_io(Lock& lock, Direction& direction, Operation& operation) noexcept {
  Registration& registration = direction.owner;
  const int fd = registration.fd();
  // A read is over with its first bytes: it is full where they are all that its call asked for.
  if (!direction.writes) operation.size = std::min(operation.size, most_a_call);
  std::byte* const data = operation.data + operation.done;
  const std::size_t size = std::min(operation.size - operation.done, most_a_call);
  // Of several threads one may wait for who refills: the others serve meanwhile.
  const bool looks = direction.looks && operation.waiter != Waiter::caller && serves_alone();
  const bool was_fresh = direction.fresh;
  direction.busy = operation.calling = true;
  direction.fresh = false;
  ++registration.users;
  lock.unlock();
  const bool in_vain = looks && !is_refilled(fd);
  ssize_t count = 0;
  while (!in_vain) {
    count = direction.writes ? ::write(fd, data, size) : ::read(fd, data, size);
    if (count >= 0 || errno != EINTR) break;
  }
  const int error = errno;
  lock.lock();
  direction.busy = operation.calling = false;
  release_use(registration);
  if (operation.abandoned) abandoned_.notify_all();
  if (in_vain) {
    // What an event said is for the read to find.
    direction.fresh = direction.fresh || was_fresh;
    note_look_in_vain(direction);
    tell_exit_watcher(registration);
    return false;
  }
  note_pace(direction, count);
  if (direction.writes) return settle_write(direction, operation, count, error);
  const Waiter waiter = operation.waiter;
  const bool finished = settle_read(direction, operation, count, error);
  // What a handler is still to be shown is not drained: deliver() tells after it.
  if (!finished || waiter == Waiter::caller) tell_exit_watcher(registration);
  return finished;
}

bool Engine::settle_read(Direction& direction, Operation& operation, ssize_t count,
                         int error) noexcept {
  Registration& registration = direction.owner;
  const bool found_end = direction.found_end;
  direction.found_end = false;
  if (count > 0) {
    operation.done = static_cast<std::size_t>(count);
    const bool may_have_more = direction.fresh || registration.hung_up ||
                               !registration.short_read_empties || operation.done == operation.size;
    direction.looks = !may_have_more && direction.pace == Pace::stays;
    direction.ready = may_have_more || direction.looks;
    return finish(direction, operation, {});
  }
  const bool console = registration.kind == Kind::console;
  const bool hangup =
      console && (count == 0 ? backend_->dialect().read_zero_is_hangup : error == EIO);
  if (count == 0 && !hangup) {
    registration.read_ended = console || socket_type(registration.fd()) != SOCK_DGRAM;
    return finish(direction, operation, {});
  }
  if (!hangup && !would_block(error)) return finish(direction, operation, system_error(error));
  // What was written between this read's look for bytes and its look at the hangup is still there:
  // Linux's n_tty_read looks at TTY_OTHER_CLOSED last; seen once in some 2000 hangups of busy
  // terminals. The second read that finds the same tells the end.
  const bool overtaken = hangup && !found_end;
  direction.found_end = hangup;
  direction.ready = direction.fresh || overtaken;
  if (hangup) {
    found_hung_up(registration);
    registration.read_ended = registration.hangup == Hangup::end && !overtaken;
  } else if (!direction.fresh) {
    // Empty, not hung up: the other side is back. An event since says nothing yet.
    found_connected(registration);
  }
  if (!registration.read_ended && (!registration.shut_down || direction.ready)) {
    plan_asking(registration);
    return false;
  }
  return finish(direction, operation, {});
}

bool Engine::settle_write(Direction& direction, Operation& operation, ssize_t count,
                          int error) noexcept {
  Registration& registration = direction.owner;
  if (count > 0) {
    operation.done += static_cast<std::size_t>(count);
    if (operation.done == operation.size) return finish(direction, operation, {});
    // Only EAGAIN shows that it is full, so that room makes an event.
    return false;
  }
  const bool hangup = count < 0 && error == EIO && registration.kind == Kind::console;
  if (count < 0 && !hangup && !would_block(error)) {
    return finish(direction, operation, system_error(error));
  }
  direction.ready = direction.fresh;
  if (hangup) {
    found_hung_up(registration);
    look_for_hangup(registration.read);
  } else if (backend_->dialect().reopen_is_silent) {
    // Full, so the other side is back: it need not be asked for that any more.
    registration.hung_up = false;
  }
  // Nothing would tell of the room that it waits for.
  const std::error_code unwatched = watch_room(registration, true);
  if (unwatched) return finish(direction, operation, unwatched);
  plan_asking(registration);
  return false;
}

std::error_code Engine::watch_room(Registration& registration, bool wanted) noexcept {
  std::error_code ec;
  if (registration.room_watched == wanted || !registration.registered) return ec;
  backend_->watch_room(registration.fd(), slots_.token(registration), wanted, ec);
  if (!ec) registration.room_watched = wanted;
  return ec;
}

void Engine::found_hung_up(Registration& registration) noexcept {
  registration.hung_up = true;
  // Under Hangup::end this ends writes; reads end when they find it, after what is there.
  schedule(registration.write);
}

void Engine::found_connected(Registration& registration) noexcept {
  if (!registration.hung_up) return;
  registration.hung_up = false;
  // FreeBSD's open tells no writer.
  try_again(registration.write);
}

bool Engine::finish(Direction& direction, Operation& operation, std::error_code error) noexcept {
  operation.error = error;
  direction.remove(operation);
  if (operation.waiter != Waiter::caller) {
    --async_pending_;
    if (closed_ && async_pending_ == 0) server_wake_.notify_all();
  }
  schedule(direction);
  return true;
}

}  // namespace conq::detail
