// SPDX-License-Identifier: Apache-2.0
// wait(): turns the queue, makes the system calls of asynchronous operations, runs their handlers.

#include <array>
#include <new>

#include "engine/engine.hpp"

namespace conq::detail {
namespace {

constexpr std::uint64_t inner_token = 1;

}  // namespace

/// One call of wait() or wait_for(): what its thread has for its time.
class Engine::Serving {
 public:
  explicit Serving(Engine& engine) noexcept : engine_(engine), outer_(innermost) {
    const std::lock_guard lock(engine_.mutex_);
    ++engine_.servers_;
    innermost = this;
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() {
    Lock lock(engine_.mutex_);
    innermost = outer_;
    --engine_.servers_;
    if (buffer_) {
      buffer_->next = std::move(engine_.spare_);
      engine_.spare_ = std::move(buffer_);
    }
    engine_.hand_over();
    engine_.nudge();
    // A handler destroyed the poller, and left the rest to us.
    const bool last = engine_.gone_ && engine_.servers_ == 0 && engine_.async_pending_ > 0;
    lock.unlock();
    if (last) engine_.complete_pending();
  }

  /// The buffer to lend; none if there is no memory. Needs the engine's lock.
  std::byte* buffer() noexcept {
    if (!buffer_) {
      buffer_ = std::move(engine_.spare_);
      if (buffer_) {
        engine_.spare_ = std::move(buffer_->next);
      } else {
        buffer_.reset(new (std::nothrow) LentBuffer);
      }
    }
    return buffer_ ? &buffer_->bytes[0] : nullptr;
  }

  static bool here(const Engine& engine) noexcept {
    for (const Serving* each = innermost; each != nullptr; each = each->outer_) {
      if (&each->engine_ == &engine) return true;
    }
    return false;
  }

 private:
  static thread_local Serving* innermost;
  Engine& engine_;
  Serving* const outer_;
  std::unique_ptr<LentBuffer> buffer_;
};

thread_local Engine::Serving* Engine::Serving::innermost = nullptr;

/// The time of a handler: without the lock, and none other of its direction runs. Ends also when
/// the handler throws.
class Engine::HandlerTurn {
 public:
  HandlerTurn(Engine& engine, Lock& lock, Direction& direction) noexcept
      : engine_(engine), lock_(lock), direction_(direction), outer_(innermost) {
    direction_.in_handler = true;
    innermost = this;
    lock_.unlock();
  }
  HandlerTurn(const HandlerTurn&) = delete;
  HandlerTurn& operator=(const HandlerTurn&) = delete;
  ~HandlerTurn() {
    innermost = outer_;
    lock_.lock();
    direction_.in_handler = false;
    engine_.schedule(direction_);
    engine_.tell_exit_watcher(direction_.owner);
  }

  static bool here(const Direction& direction) noexcept {
    for (const HandlerTurn* each = innermost; each != nullptr; each = each->outer_) {
      if (&each->direction_ == &direction) return true;
    }
    return false;
  }

 private:
  static thread_local const HandlerTurn* innermost;
  Engine& engine_;
  Lock& lock_;
  Direction& direction_;
  const HandlerTurn* const outer_;
};

thread_local const Engine::HandlerTurn* Engine::HandlerTurn::innermost = nullptr;

bool Engine::in_handler_here(const Direction& direction) noexcept {
  return HandlerTurn::here(direction);
}

void Engine::wait(std::error_code& ec) {
  if (of_parent(ec)) return;
  // In a handler the wait() around it completes the rest: what may wait for that very handler.
  const bool within_another = Serving::here(*this);
  Serving serving(*this);
  Lock lock(mutex_);
  ec.clear();
  while (!ec && (!closed_ || (async_pending_ > 0 && !within_another))) {
    serve_turn(lock, serving, std::nullopt, ec);
  }
}

std::size_t Engine::wait_for(std::chrono::nanoseconds limit, std::error_code& ec) {
  if (of_parent(ec)) return 0;
  const Deadline deadline = deadline_after(limit);
  Serving serving(*this);
  Lock lock(mutex_);
  ec.clear();
  std::size_t served = 0;
  do {
    served = serve_turn(lock, serving, deadline, ec);
  } while (served == 0 && !ec && !closed_ && (!deadline || Clock::now() < *deadline));
  return served;
}

void Engine::orphan() noexcept {
  if (of_parent()) return;
  {
    const std::lock_guard lock(mutex_);
    gone_ = true;
  }
  // In a handler it is the wait() around it that completes the rest.
  if (!Serving::here(*this)) complete_pending();
}

void Engine::complete_pending() noexcept {
  Serving serving(*this);
  Lock lock(mutex_);
  while (async_pending_ > 0) {
    std::error_code ec;
    try {
      serve_turn(lock, serving, std::nullopt, ec);
    } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to be told
    }
  }
}

std::size_t Engine::serve_turn(Lock& lock, Serving& serving, Deadline deadline,
                               std::error_code& ec) {
  await_work(lock, deadline, ec);
  if (ready_.empty()) return 0;
  // Handlers take their time: a blocked caller may turn the queue meanwhile.
  hand_over();
  std::size_t served = 0;
  ReadyQueue::Turn turn = ready_.next_turn(most_that_stay());
  while (Direction* const direction = ready_.take(turn)) {
    if (serve(lock, serving, *direction)) ++served;
  }
  return served;
}

void Engine::await_work(Lock& lock, Deadline deadline, std::error_code& ec) noexcept {
  if (closed_ || turner_ != nullptr) {
    if (!ready_.empty() || (closed_ && async_pending_ == 0)) return;
    ++servers_asleep_;
    if (deadline) {
      server_wake_.wait_until(lock, *deadline);
    } else {
      server_wake_.wait(lock);
    }
    --servers_asleep_;
    return;
  }
  turn_as_server(lock, deadline, ec);
}

void Engine::turn_as_server(Lock& lock, Deadline deadline, std::error_code& ec) noexcept {
  // Filled by the kernel's wait: to clear it took a kilobyte a turn.
  std::array<Event, 64> events;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const bool idle = ready_.empty();
  const Deadline until = idle ? next_asking(deadline) : Clock::time_point{};
  ++servers_in_kernel_;
  if (idle) ++servers_idle_;
  Backend* const outer = outer_.get();
  const std::size_t count = fetch(lock, events, until, outer, ec);
  --servers_in_kernel_;
  if (idle) --servers_idle_;
  server_dispatching_ = true;
  dispatch(std::span(events).first(count));
  ask();
  if (outer != nullptr && count == events.size()) outer->wake();
  nudge();
  server_dispatching_ = false;
}

std::size_t Engine::fetch(Lock& lock, std::span<Event> events, Deadline until, Backend* outer,
                          std::error_code& ec) noexcept {
  bool woken = false;
  lock.unlock();
  if (outer != nullptr) {
    // First: what comes after this makes it readable again.
    bool ignored = false;
    outer->wait(events, std::chrono::nanoseconds::zero(), ignored, ec);
  }
  const std::size_t count = backend_->wait(events, time_left(until), woken, ec);
  lock.lock();
  if (woken) wake_pending_ = false;
  return count;
}

bool Engine::serve(Lock& lock, Serving& serving, Direction& direction) {
  if (!runnable(direction) || direction.head->waiter == Waiter::caller) {
    schedule(direction);
    return false;
  }
  Operation& operation = *direction.head;
  bool finished = false;
  if (operation.waiter == Waiter::lent) operation.data = serving.buffer();
  if (operation.waiter == Waiter::lent && operation.data == nullptr) {
    finished = finish(direction, operation, std::make_error_code(std::errc::not_enough_memory));
  } else {
    finished = attempt(lock, direction, operation);
  }
  if (!finished) {
    schedule(direction);
  } else if (!operation.abandoned) {
    deliver(lock, direction, operation);
  }
  return finished;
}

void Engine::deliver(Lock& lock, Direction& direction, Operation& operation) {
  // The handler may drop the last handle, and its direction is looked at afterwards.
  const auto keep = direction.owner.shared_from_this();
  const std::error_code error = operation.error;
  const std::size_t done = operation.done;
  if (operation.waiter == Waiter::coroutine) {
    const auto continuation = static_cast<CoroutineOperation&>(operation).continuation;
    const HandlerTurn turn(*this, lock, direction);
    continuation.resume();
    return;
  }
  const std::span<const std::byte> bytes(operation.data, done);
  Console console;
  if (keep->kind == Kind::arrival && !error) {
    console = std::move(static_cast<ArrivalRegistration&>(*keep).arrived);
  }
  auto handler = std::move(direction.slot->handler);
  give_back(std::move(direction.slot));
  const HandlerTurn turn(*this, lock, direction);
  // Moved behind the turn, so that it is dropped without the lock: what it owns may use this
  // engine.
  auto called = std::move(handler);
  if (auto* io = std::get_if<IoHandler>(&called)) {
    (*io)(error, done);
  } else if (auto* lent = std::get_if<LentHandler>(&called)) {
    (*lent)(error, bytes);
  } else if (auto* arrival = std::get_if<ConsoleHandler>(&called)) {
    (*arrival)(error, std::move(console));
  } else {
    std::get<ExitHandler>(called)(error, static_cast<ExitRegistration&>(direction.owner).status);
  }
}

int Engine::native_handle(std::error_code& ec) noexcept {
  if (of_parent(ec)) return -1;
  const std::lock_guard lock(mutex_);
  ec.clear();
  if (outer_ == nullptr) {
    auto outer = backend_->another(ec);
    if (!ec) outer->add(backend_->handle(), inner_token, ec);
    if (ec) return -1;
    outer_ = std::move(outer);
    if (!ready_.empty()) outer_->wake();
  }
  return outer_->handle();
}

}  // namespace conq::detail
