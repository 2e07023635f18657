// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <utility>

#include "conq/task.hpp"

namespace conq::test {

/// A started task that is owned from outside: dropping it drops the task where it waits.
class Held {
 public:
  struct promise_type {
    Held get_return_object() {
      return Held(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_always final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };

  explicit Held(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  // Clang 14 moves what a coroutine returns.
  Held(Held&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Held& operator=(Held&&) = delete;
  ~Held() {
    if (frame_) frame_.destroy();
  }

 private:
  std::coroutine_handle<promise_type> frame_;
};

inline Held hold(Task<> task) { co_await std::move(task); }

}  // namespace conq::test
