// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <system_error>

#include "backend/dialect.hpp"
#include "conq/fd.hpp"

namespace conq::detail {

/// What the kernel says of one registration. `token` is the one given when it was added; it may be
/// one of a registration removed since: the engine checks.
struct Event {
  std::uint64_t token;
  bool readable;
  bool writable;  ///< not by a hangup alone
  bool hung_up;   ///< or a stream's writing side is closed
};

enum class Watched {
  edges,   ///< the queue tells of each change
  always,  ///< the kernel cannot watch it, since it is always ready: a regular file, /dev/null
};

/// What a port has to provide: a kernel queue with edge-triggered registrations. No policy, locks,
/// timers or lists of its own. wake() and wait() may be called from any thread, several at once;
/// add() and remove() are called under the engine's lock.
class Backend {
 public:
  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// The descriptor of the queue, which is pollable itself.
  virtual int handle() const noexcept = 0;
  virtual const Dialect& dialect() const noexcept = 0;

  /// Registers `fd`, edge-triggered: an event follows each change to ready, and the registration
  /// itself if it is ready by then. Of room to write events need not tell before watch_room().
  virtual Watched add(int fd, std::uint64_t token, std::error_code& ec) noexcept = 0;
  /// Events of `fd` are to tell of room to write, too, the first one if there is room by now; or
  /// need not any more.
  virtual void watch_room(int fd, std::uint64_t token, bool wanted,
                          std::error_code& ec) noexcept = 0;
  /// Takes `fd` off the queue. Events fetched before may still be on their way.
  virtual void remove(int fd) noexcept = 0;

  /// An event, readable, once the child `pid` has ended. Returns the descriptor that stands for the
  /// process, to be closed after remove_exit(), or none where the kernel needs none.
  virtual Fd add_exit(pid_t pid, std::uint64_t token, std::error_code& ec) noexcept = 0;
  /// Takes that off the queue; `process` is what add_exit() returned, still open.
  virtual void remove_exit(pid_t pid, const Fd& process) noexcept = 0;

  /// Waits for events, at most `limit` (none: for ever). Returns how many were stored; 0 also at a
  /// signal. Sets `woken` if a wake() was among what ended the wait.
  virtual std::size_t wait(std::span<Event> events, std::optional<std::chrono::nanoseconds> limit,
                           bool& woken, std::error_code& ec) noexcept = 0;
  /// Ends one wait(), one under way or else the next.
  virtual void wake() noexcept = 0;

  /// A further queue of this kind, which can watch this one. std::errc::operation_not_supported
  /// where handle() cannot be watched.
  virtual std::unique_ptr<Backend> another(std::error_code& ec) const noexcept = 0;
};

}  // namespace conq::detail
