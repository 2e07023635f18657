// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <variant>

#include "conq/console.hpp"
#include "conq/console_socket.hpp"
#include "conq/detail/operation.hpp"
#include "conq/fd.hpp"
#include "conq/handler.hpp"
#include "conq/poller.hpp"
#include "conq/process.hpp"

namespace conq::detail {

class Engine;
struct Registration;
struct ExitRegistration;

/// An asynchronous operation with a handler. The engine keeps those that are over for the next, as
/// few consoles of many have one pending in both directions. It pins its registration, so that a
/// handle may be dropped while it is pending.
struct HandlerOperation : Operation {
  std::variant<std::monostate, IoHandler, LentHandler, ExitHandler, ConsoleHandler> handler;
  std::shared_ptr<Registration> pin;
};

/// How much the last call of a direction moved, and so in which line of the ReadyQueue it belongs.
enum class Pace : std::uint8_t {
  quiet,
  streams,
  stays,  ///< streams, and is read several times before others are, as it is refilled
};

/// Reading or writing of one registration: who waits, and what is known of the kernel's side.
struct Direction {
  Direction(Registration& registration, bool is_write) noexcept
      : owner(registration), writes(is_write) {}

  Registration& owner;
  const bool writes;
  /// The next system call may get somewhere. True at first: the kernel has not been asked.
  bool ready = true;
  /// An event came since the system call under way began, so its "nothing there" is out of date.
  bool fresh = false;
  bool busy = false;        ///< a system call is under way
  bool in_handler = false;  ///< a handler or continuation of this direction is running
  bool is_listed = false;   ///< in a line of the ReadyQueue
  // In bits, as there are thousands.
  Pace pace : 2 = Pace::quiet;
  Pace listed_as : 2 = Pace::quiet;  ///< the line, if it is in one
  bool looks : 1 = false;            ///< ready only if it has been refilled since its last read
  bool found_end : 1 = false;        ///< the last read found nothing but the hangup
  std::uint8_t reads_of_stay : 5 = 0;
  std::uint8_t looks_in_vain : 3 = 0;  ///< one after the other
  Operation* head = nullptr;  ///< first come, first served; at most one of them asynchronous
  Operation* tail = nullptr;
  Direction* ready_previous = nullptr;
  Direction* ready_next = nullptr;
  std::unique_ptr<HandlerOperation> slot;  ///< the operation with a handler, while it is pending

  void push(Operation& operation) noexcept;
  void push_front(Operation& operation) noexcept;
  void remove(Operation& operation) noexcept;
  /// The asynchronous operation that is pending here, if there is one.
  Operation* asynchronous() const noexcept;
};

enum class Kind : std::uint8_t { console, stream, exit, arrival };

/// One descriptor, the exit of one process, or the arrival of one console, on a queue. All members
/// are guarded by the engine's lock, but for what never changes after it was added.
struct Registration : std::enable_shared_from_this<Registration> {
  Registration(std::shared_ptr<Engine> engine, Kind kind) noexcept;
  virtual ~Registration() = default;
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

  const std::shared_ptr<Engine> engine;
  const Kind kind;
  Hangup hangup = Hangup::wait;
  bool room_watched = false;  ///< events tell of room to write, too
  /// A read that gave less than was asked for has emptied it. Not so for a file, of which no event
  /// will tell, and for a socket that keeps messages apart, as each read gives one.
  bool short_read_empties = false;
  bool registered = false;  ///< on the kernel's queue
  bool shut_down = false;
  bool closed = false;      ///< close() was called; the descriptor goes with the last user
  bool read_ended = false;  ///< reads give 0 from now on
  bool hung_up = false;  ///< as far as is known: the other side of a console, the end of a stream
  bool hangup_noted = false;  ///< the last event told of a hangup, which may be long over
  bool has_process = false;   ///< a process whose exit is waited for is at this terminal
  std::uint32_t slot = 0;     ///< its place in the table of registrations
  unsigned users = 0;         ///< system calls under way on the descriptor
  Console console;            ///< if kind is console
  Fd stream;                  ///< otherwise; none for an exit where the kernel needs none
  Direction read{*this, false};
  Direction write{*this, true};
  ExitRegistration* exit_watcher = nullptr;  ///< told after each read: waits for us to be drained

  int fd() const noexcept { return kind == Kind::console ? console.fd() : stream.get(); }
  Direction& direction(bool writes) noexcept { return writes ? write : read; }
};

/// The exit of a process, as a registration whose reads complete when it is reaped and drained.
struct ExitRegistration : Registration {
  using Registration::Registration;

  pid_t pid = -1;
  bool reaped = false;
  bool over = false;  ///< reaped, and the terminal drained
  std::shared_ptr<ExitRegistration>
      self;  ///< until then: it is reaped also when nobody asks for it
  ExitStatus status;
  std::error_code error;  ///< why the status is unknown
  std::shared_ptr<Registration> terminal;
  Fd slave;  ///< keeps the kernel from throwing output away until the terminal is drained
};

/// What a look at a descriptor through which a console is to come has come to.
struct Arrival {
  enum class State : std::uint8_t {
    nothing,   ///< an event will tell of more
    progress,  ///< another look may get further
    over,      ///< nothing will come any more: the outcome is `console` or `error`
  };
  State state = State::nothing;
  std::error_code error;  ///< without `over`: for this receiver alone, the next may get further
  Console console;
  Fd next;  ///< with `progress`, if there is one: to be watched from now on instead
};

/// A console that is to come through a descriptor, as a registration whose reads complete when it
/// has. The first of them has the outcome; its `data` is where the Console goes, if not null.
struct ArrivalRegistration : Registration {
  using Registration::Registration;
  /// System calls on `fd`, made without the engine's lock, by one thread at a time.
  virtual Arrival look(int fd) noexcept = 0;

  std::string name;   ///< what messages call it
  bool over = false;  ///< the outcome is there
  bool taken = false;
  std::error_code error;
  Console arrived;
};

/// Makes `operation` the receive of an arrival that puts the Console into `place`.
inline void receive_into(Console& place, Operation& operation) noexcept {
  operation.data = reinterpret_cast<std::byte*>(&place);
  operation.size = 1;
}

}  // namespace conq::detail
