// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>

#include "backend/backend.hpp"
#include "conq/error.hpp"
#include "conq/poller.hpp"
#include "engine/fork.hpp"
#include "engine/intrusive_list.hpp"
#include "engine/ready_queue.hpp"
#include "engine/registration.hpp"
#include "engine/slot_table.hpp"

namespace conq::detail {

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;

/// `limit` from now; none for one that is too far away to be told.
Deadline deadline_after(std::chrono::nanoseconds limit) noexcept;
std::optional<std::chrono::nanoseconds> time_left(Deadline deadline) noexcept;

/// The operation of a thread that is blocked in a call; lives on its stack.
struct BlockedOperation : Operation {
  std::condition_variable wake;
  bool asleep = false;
  BlockedOperation* sleeper_previous = nullptr;
  BlockedOperation* sleeper_next = nullptr;
};

/// What the handlers of one thread of wait() are lent: what a read has filled of it.
struct LentBuffer {  // NOLINT(cppcoreguidelines-pro-type-member-init)
  static constexpr std::size_t size = 65536;
  std::unique_ptr<LentBuffer> next;
  std::byte bytes[size];
};

/// The engine: who waits for what, who turns the kernel's queue, and whose turn it is. One lock
/// guards all of it; system calls and handlers run without it. See ARCHITECTURE.md for the
/// invariants.
class Engine : public std::enable_shared_from_this<Engine> {
 public:
  explicit Engine(std::unique_ptr<Backend> backend) noexcept : backend_(std::move(backend)) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  const Dialect& dialect() const noexcept { return backend_->dialect(); }

  /// Whether this process was forked from the one that made the engine. Its queue is the parent's,
  /// and its lock may be held for good by a thread that is not here: nothing may touch either.
  bool of_parent() const noexcept { return forks_ != forks(); }
  bool of_parent(std::error_code& ec) const noexcept {
    if (!of_parent()) return false;
    ec = errc::forked;
    return true;
  }

  // Registrations (registrations.cpp)
  void add(Registration& registration, std::error_code& ec) noexcept;
  void add_exit(ExitRegistration& exit, std::error_code& ec) noexcept;
  void close_fd(int fd, std::error_code& ec) noexcept;
  void shut_down(Registration& registration) noexcept;
  void shut_down(Registration& registration, const std::function<void(int)>& close);
  void close(Registration& registration, std::error_code& ec) noexcept;
  void close(std::error_code& ec) noexcept;
  int fd_of(const Registration& registration) const noexcept;
  /// Calls `use` with the console while it cannot be closed.
  template <class Use>
  void with_console(Registration& registration, Use use, std::error_code& ec) noexcept;

  // Blocking calls (blocking.cpp)
  void run_blocked(Direction& direction, BlockedOperation& operation, Deadline deadline) noexcept;

  // Asynchronous calls (asynchronous.cpp)
  void start(Direction& direction, CoroutineOperation& operation,
             std::coroutine_handle<> continuation, std::error_code& ec) noexcept;
  template <class AnyHandler>
  void start(Direction& direction, Waiter waiter, std::byte* data, std::size_t size,
             AnyHandler handler, std::error_code& ec) noexcept;
  void cancel(Direction& direction) noexcept;
  /// Takes back an operation whose memory goes away. Waits for a system call under way on it.
  void abandon(Direction& direction, Operation& operation) noexcept;

  // Serving (serving.cpp)
  void wait(std::error_code& ec);
  std::size_t wait_for(std::chrono::nanoseconds limit, std::error_code& ec);
  /// To a closed engine: its poller is gone. Completes what is pending, and refuses what comes
  /// later.
  void orphan() noexcept;
  int native_handle(std::error_code& ec) noexcept;

  // Exits (exits.cpp)
  void kill(ExitRegistration& exit, bool group, int signal, std::error_code& ec) noexcept;

 private:
  using Lock = std::unique_lock<std::mutex>;
  class Serving;
  class HandlerTurn;

  // What to do next (scheduling.cpp). All need the lock.
  bool runnable(const Direction& direction) const noexcept;
  void schedule(Direction& direction) noexcept;
  void try_again(Direction& direction) noexcept;
  void dispatch(std::span<const Event> events) noexcept;
  void nudge() noexcept;
  void hand_over() noexcept;
  void wake_kernel() noexcept;

  // What no event tells of (asking.cpp)
  bool must_ask(const Registration& registration) const noexcept;
  void plan_asking(const Registration& registration) noexcept;
  void look_for_hangup(Direction& direction) noexcept;
  void ask() noexcept;
  Deadline next_asking(Deadline deadline) const noexcept;

  // One system call for an operation (attempt.cpp). True: it is finished and off its queue.
  bool attempt(Lock& lock, Direction& direction, Operation& operation) noexcept;
  bool attempt_io(Lock& lock, Direction& direction, Operation& operation) noexcept;
  bool settle_read(Direction& direction, Operation& operation, ssize_t count, int error) noexcept;
  bool settle_write(Direction& direction, Operation& operation, ssize_t count, int error) noexcept;
  bool finish(Direction& direction, Operation& operation, std::error_code error) noexcept;
  std::error_code watch_room(Registration& registration, bool wanted) noexcept;
  void found_hung_up(Registration& registration) noexcept;
  void found_connected(Registration& registration) noexcept;
  void release_use(Registration& registration) noexcept;

  // How often a stream is read before others are (pace.cpp)
  bool serves_alone() const noexcept { return servers_ < 2; }
  std::size_t most_that_stay() const noexcept;
  static bool is_refilled(int fd) noexcept;
  bool refills(const Registration& registration) const noexcept;
  void note_pace(Direction& direction, ssize_t moved) noexcept;
  void note_look_in_vain(Direction& direction) noexcept;

  // Consoles to come (arrivals.cpp)
  bool attempt_arrival(Lock& lock, Direction& direction, Operation& operation) noexcept;
  Arrival look_for_arrival(Lock& lock, Direction& direction, Operation& operation) noexcept;
  Fd watch_instead(ArrivalRegistration& arrival, Fd next, std::error_code& ec) noexcept;
  bool hand_out(ArrivalRegistration& arrival, Operation& operation) noexcept;

  // Exits (exits.cpp)
  void look_at_exit(ExitRegistration& exit) noexcept;
  void tell_exit_watcher(Registration& terminal) noexcept;

  bool may_start(const Direction& direction, std::error_code& ec) const noexcept;
  std::unique_ptr<HandlerOperation> take_operation() noexcept;
  void give_back(std::unique_ptr<HandlerOperation> operation) noexcept;
  void enqueue(Direction& direction, Operation& operation) noexcept;
  void let_callers_first(Direction& direction) noexcept;
  void put_on_queue(Registration& registration, std::error_code& ec) noexcept;
  void unregister(Registration& registration) noexcept;
  void mark_shut_down(Registration& registration) noexcept;

  /// Whether it is the calling thread that runs a handler of `direction`.
  static bool in_handler_here(const Direction& direction) noexcept;
  bool waits_for_own_handler(const Direction& direction) const noexcept;
  void turn_as_caller(Lock& lock, Direction& direction, BlockedOperation& operation,
                      Deadline deadline) noexcept;
  void sleep(Lock& lock, BlockedOperation& operation, Deadline deadline) noexcept;

  std::size_t serve_turn(Lock& lock, Serving& serving, Deadline deadline, std::error_code& ec);
  void await_work(Lock& lock, Deadline deadline, std::error_code& ec) noexcept;
  void turn_as_server(Lock& lock, Deadline deadline, std::error_code& ec) noexcept;
  void complete_pending() noexcept;

  /// The kernel's wait. `outer`, if given, is emptied before: our events make it readable again.
  std::size_t fetch(Lock& lock, std::span<Event> events, Deadline until, Backend* outer,
                    std::error_code& ec) noexcept;

  bool serve(Lock& lock, Serving& serving, Direction& direction);
  void deliver(Lock& lock, Direction& direction, Operation& operation);

  const unsigned forks_ = forks();
  mutable std::mutex mutex_;
  const std::unique_ptr<Backend> backend_;
  std::unique_ptr<Backend> outer_;  ///< what native_handle() gives: our queue, nested, and a waker
  SlotTable slots_;
  ReadyQueue ready_;  ///< directions whose first operation is asynchronous and runnable
  IntrusiveList<BlockedOperation, &BlockedOperation::sleeper_previous,
                &BlockedOperation::sleeper_next, &BlockedOperation::asleep>
      sleepers_;                        ///< blocked callers that are not turning the queue
  BlockedOperation* turner_ = nullptr;  ///< the blocked caller in the kernel's wait
  unsigned servers_in_kernel_ = 0;      ///< threads of wait() in the kernel's wait
  unsigned servers_idle_ = 0;           ///< those of them that are there to stay
  unsigned servers_asleep_ = 0;         ///< threads of wait() that wait for the turner
  unsigned servers_ = 0;                ///< threads in wait()
  std::size_t async_pending_ = 0;       ///< asynchronous operations queued
  bool wake_pending_ = false;           ///< a wake of the kernel's wait is on its way
  Deadline asking_at_;                  ///< none while no console has to be asked
  bool closed_ = false;
  bool gone_ = false;  ///< no wait() will come any more
  std::condition_variable server_wake_;
  std::condition_variable abandoned_;  ///< a system call on an abandoned operation is over
  bool server_dispatching_ = false;    ///< a thread of wait() is about to look at ready_
  std::unique_ptr<LentBuffer> spare_;  ///< buffers to lend that no thread of wait() has
  HandlerOperation* spare_operations_ = nullptr;  ///< owned, each linked to the next
};

template <class Use>
void Engine::with_console(Registration& registration, Use use, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  Lock lock(mutex_);
  if (registration.closed) {
    ec = errc::closed;
    return;
  }
  ++registration.users;
  lock.unlock();
  use(registration.console);
  lock.lock();
  release_use(registration);
}

template <class AnyHandler>
void Engine::start(Direction& direction, Waiter waiter, std::byte* data, std::size_t size,
                   AnyHandler handler, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  if (!handler) {
    ec = std::make_error_code(std::errc::invalid_argument);
    return;
  }
  const std::lock_guard lock(mutex_);
  if (!may_start(direction, ec)) return;
  direction.slot = take_operation();
  if (direction.slot == nullptr) {
    ec = std::make_error_code(std::errc::not_enough_memory);
    return;
  }
  HandlerOperation& operation = *direction.slot;
  operation.waiter = waiter;
  operation.data = data;
  operation.size = size;
  operation.handler = std::move(handler);
  operation.pin = direction.owner.shared_from_this();
  enqueue(direction, operation);
}

}  // namespace conq::detail
