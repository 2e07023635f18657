// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <future>
#include <thread>
#include <type_traits>

#include "tests/support/read_until.hpp"
#include "tests/support/thread_state.hpp"

namespace conq::test {

/// A call made in a thread of its own, for calls that block. Joined at the end of its scope: a call
/// that is still blocked at the deadline ends the test program, as nothing else could end it.
template <class T>
class InThread {
 public:
  explicit InThread(std::function<T()> call)
      : task_(std::move(call)), result_(task_.get_future()), thread_([this] { run(); }) {
    kernel_thread_ = known_.get_future().get();
  }
  InThread(const InThread&) = delete;
  InThread& operator=(const InThread&) = delete;
  ~InThread() { join(); }

  /// What the call returned, or the exception it threw.
  T get() {
    join();
    return result_.get();
  }
  bool returned() const {
    return result_.wait_for(std::chrono::seconds::zero()) == std::future_status::ready;
  }
  /// Whether the call blocks: its thread has come to rest. False where the kernel does not tell.
  bool wait_until_asleep() const { return test::wait_until_asleep(kernel_thread_); }
  KernelThread kernel_thread() const { return kernel_thread_; }

 private:
  void run() {
    known_.set_value(this_kernel_thread());
    task_();
  }

  void join() {
    if (!thread_.joinable()) return;
    if (result_.wait_for(deadline) != std::future_status::ready) {
      std::fputs("a call is still blocked at the deadline\n", stderr);
      std::abort();
    }
    thread_.join();
  }

  std::promise<KernelThread> known_;
  std::packaged_task<T()> task_;
  std::future<T> result_;
  KernelThread kernel_thread_ = 0;
  std::thread thread_;
};

template <class F>
InThread(F) -> InThread<std::invoke_result_t<F&>>;

/// A thread in a poller's wait(); closes the poller and ends with its scope.
template <class Poller>
class Server {
 public:
  explicit Server(Poller& poller) : poller_(poller), thread_([&poller] { poller.wait(); }) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    std::error_code closed_already;
    poller_.close(closed_already);
  }

  const InThread<void>& thread() const { return thread_; }

 private:
  Poller& poller_;
  InThread<void> thread_;
};

}  // namespace conq::test
