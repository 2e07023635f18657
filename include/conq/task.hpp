// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "conq/error.hpp"
#include "conq/handler.hpp"

namespace conq {

template <class T = void>
class Task;

namespace detail {

/// What the promises of all tasks have in common: who goes on when the task is over.
class TaskPromiseBase {
 public:
  std::suspend_always initial_suspend() const noexcept { return {}; }
  auto final_suspend() const noexcept { return Over{}; }
  void unhandled_exception() noexcept { failure_ = std::current_exception(); }
  void set_continuation(std::coroutine_handle<> continuation) noexcept {
    continuation_ = continuation;
  }
  /// True for the first one who awaits it.
  bool claim() noexcept { return !claimed_.exchange(true, std::memory_order_relaxed); }
  /// Called twice, by whoever leaves the task to itself and by the end of the task: whether this is
  /// the second call, whose thread lets the continuation go on.
  bool meet() noexcept { return met_.exchange(true, std::memory_order_acq_rel); }

 protected:
  void rethrow_failure() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Over {
    bool await_ready() const noexcept { return false; }
    template <std::derived_from<TaskPromiseBase> Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> task) const noexcept {
      TaskPromiseBase& promise = task.promise();
      return promise.meet() ? promise.continuation_ : std::noop_coroutine();
    }
    void await_resume() const noexcept {}
  };

  std::coroutine_handle<> continuation_;
  std::exception_ptr failure_;
  std::atomic<bool> claimed_ = false;
  std::atomic<bool> met_ = false;
};

template <class T>
class TaskPromise : public TaskPromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  template <std::convertible_to<T> U>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    rethrow_failure();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <class T>
class TaskPromise<T&> : public TaskPromiseBase {
 public:
  Task<T&> get_return_object() noexcept;
  void return_value(T& value) noexcept { value_ = std::addressof(value); }
  T& take() const {
    rethrow_failure();
    return *value_;
  }

 private:
  T* value_ = nullptr;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() const { rethrow_failure(); }
};

}  // namespace detail

/// A coroutine that gives a T, to be awaited by another one: `co_await task()`. Lazy: it starts
/// when awaited, in the awaiter's thread, and the awaiter goes on where it ends. What it throws,
/// its awaiter catches. Move-only; costs its frame.
///
/// Dropping a task that is under way takes back the operation it awaits, and its awaiter does not
/// go on. To be done in the thread that serves it: in another one it may be going on already.
/// Awaited once. Ordinary code starts one with start().
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;

  Task() noexcept = default;
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    Task dropped(std::exchange(frame_, std::exchange(other.frame_, {})));
    return *this;
  }
  ~Task() {
    if (frame_) frame_.destroy();
  }

  /// Whether there is a task: not so by default, and after a move.
  explicit operator bool() const noexcept { return static_cast<bool>(frame_); }

  /// Errors: what the task throws; errc::closed where there is none, or it was awaited before.
  auto operator co_await() && noexcept {
    return Awaiter{frame_ && frame_.promise().claim() ? frame_ : Frame()};
  }

 private:
  friend promise_type;
  using Frame = std::coroutine_handle<promise_type>;

  struct Awaiter {
    bool await_ready() const noexcept { return !frame; }
    // Resumed here rather than handed over to: a loop over tasks that never wait must not grow the
    // stack, and GCC turns a hand-over into a tail call only from -O2 on, and with no sanitizer.
    bool await_suspend(std::coroutine_handle<> continuation) const noexcept {
      frame.promise().set_continuation(continuation);
      frame.resume();
      return !frame.promise().meet();
    }
    T await_resume() const {
      if (!frame) throw Error(errc::closed, "await a task");
      return frame.promise().take();
    }
    Frame frame;
  };

  explicit Task(Frame frame) noexcept : frame_(frame) {}
  Frame frame_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
template <class T>
Task<T&> TaskPromise<T&>::get_return_object() noexcept {
  return Task<T&>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

/// A coroutine that nobody awaits: it owns itself.
struct Started {
  struct promise_type {
    Started get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

inline Started run_started(Task<void> task, Handler<std::exception_ptr> done) {
  std::exception_ptr failure;
  try {
    co_await std::move(task);
  } catch (...) {
    failure = std::current_exception();
  }
  task = {};
  done(failure);
}

}  // namespace detail

/// Starts a task from ordinary code: runs it here up to its first wait; it goes on inside the
/// poller's wait(). `done` is called once where it ends, with what it threw or null, after the
/// task's frame is gone. As nobody could catch it, an exception of `done` is std::terminate().
/// Errors: std::bad_alloc, std::errc::invalid_argument (no `done`); neither was called then.
inline void start(Task<void> task, Handler<std::exception_ptr> done) {
  if (!done) throw Error(std::make_error_code(std::errc::invalid_argument), "start a task");
  detail::run_started(std::move(task), std::move(done));
}

}  // namespace conq
