// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <thread>

#include "tests/support/bytes.hpp"
#include "tests/support/read_until.hpp"

namespace conq::test {

/// What the handler of one operation was told, and how often. May be asked from any thread.
class Outcome {
 public:
  /// For an async_read into a buffer, or an async_write.
  auto handler() {
    return [this](std::error_code error, std::size_t count) { note(error, count, {}); };
  }
  /// For an async_read that is lent the bytes.
  auto lent_handler() {
    return [this](std::error_code error, std::span<const std::byte> bytes) {
      note(error, bytes.size(), test::text(bytes));
    };
  }

  int calls() const { return get(&Told::calls); }
  std::error_code error() const { return get(&Told::error); }
  std::size_t count() const { return get(&Told::count); }
  std::string text() const { return get(&Told::text); }
  std::thread::id thread() const { return get(&Told::thread); }

  /// Until the handler was called, by a wait() in another thread; false at the deadline.
  bool wait() const {
    std::unique_lock lock(mutex_);
    return called_.wait_for(lock, deadline, [this] { return told_.calls > 0; });
  }

 private:
  struct Told {
    int calls = 0;
    std::error_code error;
    std::size_t count = 0;
    std::string text;
    std::thread::id thread;
  };

  void note(std::error_code error, std::size_t count, std::string text) {
    const std::lock_guard lock(mutex_);
    told_ = {told_.calls + 1, error, count, std::move(text), std::this_thread::get_id()};
    called_.notify_all();
  }

  template <class T>
  T get(T Told::*member) const {
    const std::lock_guard lock(mutex_);
    return told_.*member;
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable called_;
  Told told_;
};

}  // namespace conq::test
