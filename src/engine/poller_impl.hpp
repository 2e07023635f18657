// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed face of an engine. Included only where it is instantiated for a backend.

#include <new>

#include "engine/polled_console_impl.hpp"

namespace conq {
namespace detail {

/// An engine of the parent process is left as it is: threads that are not here may wait on its
/// condition variables, which would block their destruction.
struct DeleteUnlessForked {
  void operator()(Engine* engine) const noexcept {
    if (!engine->of_parent()) delete engine;
  }
};

template <class Backend>
std::shared_ptr<Engine> make_engine(std::error_code& ec) noexcept {
  count_forks(ec);
  if (ec) return nullptr;
  try {
    auto backend = std::make_unique<Backend>(ec);
    if (!ec) return {new Engine(std::move(backend)), DeleteUnlessForked()};
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
  }
  return nullptr;
}

/// True, with `ec` set, for a poller that could not be made: it is as one that is closed.
inline bool refused(const std::shared_ptr<Engine>& engine, std::error_code& ec) noexcept {
  if (engine == nullptr) ec = errc::closed;
  return engine == nullptr;
}

/// A descriptor that is on the queue already belongs to whom it was added for.
inline void leave_open(Fd fd) noexcept { [[maybe_unused]] const int given_up = fd.release(); }

inline std::shared_ptr<Registration> add_console(const std::shared_ptr<Engine>& engine,
                                                 Console console, AddOptions options,
                                                 std::error_code& ec) noexcept {
  if (refused(engine, ec)) return nullptr;
  try {
    auto registration = std::make_shared<Registration>(engine, Kind::console);
    registration->hangup = options.hangup;
    registration->console = std::move(console);
    engine->add(*registration, ec);
    if (!ec) return registration;
    if (ec == errc::already_registered) leave_open(registration->console.release());
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
  }
  return nullptr;
}

inline std::shared_ptr<Registration> add_stream(const std::shared_ptr<Engine>& engine, Fd fd,
                                                std::error_code& ec) noexcept {
  if (refused(engine, ec)) return nullptr;
  try {
    auto registration = std::make_shared<Registration>(engine, Kind::stream);
    registration->stream = std::move(fd);
    engine->add(*registration, ec);
    if (!ec) return registration;
    if (ec == errc::already_registered) leave_open(std::move(registration->stream));
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
  }
  return nullptr;
}

}  // namespace detail

template <class Backend>
BasicPoller<Backend>::BasicPoller() {
  std::error_code ec;
  engine_ = detail::make_engine<Backend>(ec);
  detail::throw_if(ec, "make a console queue", {});
}

template <class Backend>
BasicPoller<Backend>::BasicPoller(std::error_code& ec) noexcept
    : engine_(detail::make_engine<Backend>(ec)) {}

template <class Backend>
BasicPoller<Backend>::~BasicPoller() {
  if (engine_ == nullptr) return;
  std::error_code closed_already;
  engine_->close(closed_already);
  engine_->orphan();
}

template <class Backend>
auto BasicPoller<Backend>::add(Console console, AddOptions options) -> PolledConsole {
  const std::string name = console.name();
  std::error_code ec;
  PolledConsole added = add(std::move(console), options, ec);
  detail::throw_if(ec, "add", name);
  return added;
}

template <class Backend>
auto BasicPoller<Backend>::add(Console console, AddOptions options, std::error_code& ec) noexcept
    -> PolledConsole {
  return PolledConsole(detail::add_console(engine_, std::move(console), options, ec));
}

template <class Backend>
auto BasicPoller<Backend>::add(Fd fd) -> PolledStream {
  const std::string name = "descriptor " + std::to_string(fd.get());
  std::error_code ec;
  PolledStream added = add(std::move(fd), ec);
  detail::throw_if(ec, "add", name);
  return added;
}

template <class Backend>
auto BasicPoller<Backend>::add(Fd fd, std::error_code& ec) noexcept -> PolledStream {
  return PolledStream(detail::add_stream(engine_, std::move(fd), ec));
}

template <class Backend>
void BasicPoller<Backend>::wait() {
  std::error_code ec;
  wait(ec);
  detail::throw_if(ec, "wait on the console queue", {});
}

template <class Backend>
void BasicPoller<Backend>::wait(std::error_code& ec) {
  // A handler may destroy this poller.
  const auto engine = engine_;
  if (!detail::refused(engine, ec)) engine->wait(ec);
}

template <class Backend>
std::size_t BasicPoller<Backend>::wait_for(std::chrono::nanoseconds limit) {
  std::error_code ec;
  const std::size_t served = wait_for(limit, ec);
  detail::throw_if(ec, "wait on the console queue", {});
  return served;
}

template <class Backend>
std::size_t BasicPoller<Backend>::wait_for(std::chrono::nanoseconds limit, std::error_code& ec) {
  const auto engine = engine_;
  return detail::refused(engine, ec) ? 0 : engine->wait_for(limit, ec);
}

template <class Backend>
int BasicPoller<Backend>::native_handle() const {
  std::error_code ec;
  const int handle = native_handle(ec);
  detail::throw_if(ec, "make a handle of the console queue", {});
  return handle;
}

template <class Backend>
int BasicPoller<Backend>::native_handle(std::error_code& ec) const noexcept {
  return detail::refused(engine_, ec) ? -1 : engine_->native_handle(ec);
}

template <class Backend>
void BasicPoller<Backend>::close_console(int fd) {
  std::error_code ec;
  close_console(fd, ec);
  detail::throw_if(ec, "close the console of", "descriptor " + std::to_string(fd));
}

template <class Backend>
void BasicPoller<Backend>::close_console(int fd, std::error_code& ec) noexcept {
  if (!detail::refused(engine_, ec)) engine_->close_fd(fd, ec);
}

template <class Backend>
void BasicPoller<Backend>::close() {
  std::error_code ec;
  close(ec);
  detail::throw_if(ec, "close the console queue", {});
}

template <class Backend>
void BasicPoller<Backend>::close(std::error_code& ec) noexcept {
  if (!detail::refused(engine_, ec)) engine_->close(ec);
}

}  // namespace conq
