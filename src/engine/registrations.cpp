// SPDX-License-Identifier: Apache-2.0
// What comes onto the queue and leaves it.

#include <fcntl.h>
#include <sys/socket.h>

#include <new>

#include "device/throwing.hpp"
#include "engine/engine.hpp"
#include "engine/socket_type.hpp"

namespace conq::detail {
namespace {

void set_non_blocking(int fd, std::error_code& ec) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ((flags & O_NONBLOCK) == 0 && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)) {
    ec = last_error();
  }
}

/// Whether a read takes whatever bytes are there, rather than one message.
bool is_of_bytes(const Registration& registration) noexcept {
  if (registration.kind != Kind::stream) return true;
  const int type = socket_type(registration.fd());
  return type == 0 || type == SOCK_STREAM;
}

Fd take_descriptor(Registration& registration) noexcept {
  return registration.kind == Kind::console ? registration.console.release()
                                            : std::move(registration.stream);
}

}  // namespace

void Engine::add(Registration& registration, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  const std::lock_guard lock(mutex_);
  ec.clear();
  if (closed_ || registration.fd() < 0) {
    ec = errc::closed;
  } else {
    put_on_queue(registration, ec);
  }
}

void Engine::put_on_queue(Registration& registration, std::error_code& ec) noexcept {
  const int fd = registration.fd();
  if (slots_.find_fd(fd) != nullptr) {
    ec = errc::already_registered;
  } else {
    set_non_blocking(fd, ec);
  }
  if (ec) return;
  try {
    const std::uint64_t token = slots_.insert(registration, fd);
    const Watched watched = backend_->add(fd, token, ec);
    registration.short_read_empties = backend_->dialect().short_read_empties &&
                                      watched != Watched::always && is_of_bytes(registration);
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
    return;
  }
  if (ec) {
    slots_.erase(registration);
  } else {
    registration.registered = true;
  }
}

void Engine::unregister(Registration& registration) noexcept {
  if (!registration.registered) return;
  registration.registered = false;
  if (registration.kind == Kind::exit) {
    backend_->remove_exit(static_cast<ExitRegistration&>(registration).pid, registration.stream);
  } else {
    backend_->remove(registration.fd());
  }
  slots_.erase(registration);
}

void Engine::let_callers_first(Direction& direction) noexcept {
  // Once it is shut down nothing but turns to come: blocked callers need nobody for theirs, whereas
  // the asynchronous operation before them waits for a wait() that may never be called.
  Operation* const asynchronous = direction.asynchronous();
  if (asynchronous == nullptr) return;
  direction.remove(*asynchronous);
  direction.push(*asynchronous);
}

void Engine::mark_shut_down(Registration& registration) noexcept {
  let_callers_first(registration.read);
  let_callers_first(registration.write);
  registration.shut_down = true;
  // A read under way may have found nothing before what was there by now.
  registration.read.fresh = true;
  schedule(registration.read);
  schedule(registration.write);
  tell_exit_watcher(registration);
  if (registration.kind == Kind::exit) {
    auto& exit = static_cast<ExitRegistration&>(registration);
    exit.terminal->exit_watcher = nullptr;
    exit.terminal->has_process = false;
    exit.slave.reset();
    exit.self.reset();
  }
}

void Engine::shut_down(Registration& registration) noexcept {
  if (of_parent()) return;
  const std::lock_guard lock(mutex_);
  if (registration.shut_down) return;
  unregister(registration);
  mark_shut_down(registration);
}

void Engine::shut_down(Registration& registration, const std::function<void(int)>& close) {
  if (of_parent()) return;
  Lock lock(mutex_);
  if (registration.shut_down) return;
  mark_shut_down(registration);
  // In use until `close` is done with it, whatever else closes it meanwhile.
  ++registration.users;
  const int fd = registration.fd();
  struct Unregister {
    Engine& engine;
    Registration& registration;
    Lock& lock;
    ~Unregister() {
      lock.lock();
      engine.unregister(registration);
      engine.release_use(registration);
    }
  } const at_end{*this, registration, lock};
  lock.unlock();
  if (close) close(fd);
}

void Engine::close_fd(int fd, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  const std::lock_guard lock(mutex_);
  Registration* const registration = slots_.find_fd(fd);
  if (registration == nullptr || registration->kind == Kind::exit) {
    ec = errc::not_registered;
    return;
  }
  ec.clear();
  unregister(*registration);
  if (!registration->shut_down) mark_shut_down(*registration);
}

void Engine::close(Registration& registration, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  Fd doomed;
  const std::lock_guard lock(mutex_);
  if (registration.closed) {
    ec = errc::closed;
    return;
  }
  ec.clear();
  unregister(registration);
  if (!registration.shut_down) mark_shut_down(registration);
  registration.closed = true;
  if (registration.users == 0) doomed = take_descriptor(registration);
}

void Engine::release_use(Registration& registration) noexcept {
  if (--registration.users == 0 && registration.closed) take_descriptor(registration).reset();
}

void Engine::close(std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  const std::lock_guard lock(mutex_);
  if (closed_) {
    ec = errc::closed;
    return;
  }
  ec.clear();
  closed_ = true;
  slots_.for_each([this](Registration& registration) {
    const auto keep = registration.shared_from_this();
    unregister(registration);
    if (!registration.shut_down) mark_shut_down(registration);
  });
  server_wake_.notify_all();
  nudge();
}

int Engine::fd_of(const Registration& registration) const noexcept {
  if (of_parent()) return -1;
  const std::lock_guard lock(mutex_);
  return registration.closed ? -1 : registration.fd();
}

}  // namespace conq::detail
