// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <system_error>
#include <thread>

#include "tests/support/bytes.hpp"
#include "tests/support/read_until.hpp"

namespace conq::test {

/// What the handler of one operation was told, and how often. May be asked from any thread. An
/// operation that is pending when this goes tells nobody.
class Outcome {
 public:
  /// For an async_read into a buffer, or an async_write.
  auto handler() {
    return
        [told = told_](std::error_code error, std::size_t count) { told->note(error, count, {}); };
  }
  /// For an async_read that is lent the bytes.
  auto lent_handler() {
    return [told = told_](std::error_code error, std::span<const std::byte> bytes) {
      told->note(error, bytes.size(), test::text(bytes));
    };
  }

  int calls() const { return get(&Told::calls); }
  std::error_code error() const { return get(&Told::error); }
  std::size_t count() const { return get(&Told::count); }
  std::string text() const { return get(&Told::text); }
  std::thread::id thread() const { return get(&Told::thread); }

  /// Until the handler was called, by a wait() in another thread; false at the deadline.
  bool wait() const {
    std::unique_lock lock(told_->mutex);
    return told_->called.wait_for(lock, deadline, [this] { return told_->calls > 0; });
  }

 private:
  struct Told {
    void note(std::error_code the_error, std::size_t the_count, std::string the_text) {
      const std::lock_guard lock(mutex);
      ++calls;
      error = the_error;
      count = the_count;
      text = std::move(the_text);
      thread = std::this_thread::get_id();
      called.notify_all();
    }

    std::mutex mutex;
    std::condition_variable called;
    int calls = 0;
    std::error_code error;
    std::size_t count = 0;
    std::string text;
    std::thread::id thread;
  };

  template <class T>
  T get(T Told::*member) const {
    const std::lock_guard lock(told_->mutex);
    return *told_.*member;
  }

  std::shared_ptr<Told> told_ = std::make_shared<Told>();
};

}  // namespace conq::test
