// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/kernel/scheduler.hpp"
#include "tests/simulation/kernel/system_call.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/outcome.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {

/// A kernel for one test alone; nothing is left in it at the end.
class OwnKernel : public testing::Test {
 public:
  OwnKernel(const OwnKernel&) = delete;
  OwnKernel& operator=(const OwnKernel&) = delete;
  ~OwnKernel() override {
    EXPECT_EQ(kernel.open_descriptors(), 0U) << "descriptors leaked";
    sim::Kernel::set_current(nullptr);
  }

 protected:
  explicit OwnKernel(const sim::Dialect& its_dialect = sim::built_dialect())
      : dialect(its_dialect), kernel(dialect) {
    sim::Kernel::set_current(&kernel);
  }

  const sim::Dialect dialect;
  sim::Kernel kernel;
};

/// A poller on a kernel of its own, on virtual time: a test may let hours pass and count what was
/// done meanwhile. A thread that waits for ever, or never rests, ends the test program, as nothing
/// else could end it.
template <class On>
class VirtualTime : public OwnKernel {
 protected:
  using OwnKernel::OwnKernel;
  using Poller = typename On::Poller;
  using Console = typename On::Console;
  using Process = typename On::Process;
  using Relay = typename On::Relay;
  using Terminal = test::Terminal<Console>;
  using Thread = std::pair<std::string, std::function<void()>>;

  Terminal add_terminal(Hangup hangup = Hangup::wait) {
    return test::add_terminal(poller, AddOptions{hangup});
  }

  /// Runs the threads, which take turns, until all have ended.
  void run(const std::vector<Thread>& threads) {
    calls_at_rest_ = kernel.counts.calls;
    std::size_t turn = 0;
    const auto in_turns = [&turn](std::size_t count) { return turn++ % count; };
    const auto nobody_else = [] { return false; };
    const auto stuck =
        sim::Scheduler::run(threads, in_turns, nobody_else, [this] { return tired(); });
    if (stuck.threads.empty()) return;
    for (const std::string& name : stuck.threads) give_up(name + " waits for ever");
  }

  /// Runs `body` while another thread is in wait(), which ends with it.
  void with_server(const std::function<void()>& body) {
    run({{"the server", [this] { poller.wait(); }}, {"the test", [&] {
                                                       body();
                                                       poller.close();
                                                     }}});
  }

  /// Lets the other threads go on, and time pass. For a thread of run().
  void pass(std::chrono::nanoseconds time) {
    calls_at_rest_ = kernel.counts.calls;
    sim::Scheduler::wait([] { return false; }, sim::Scheduler::now() + time);
    calls_at_rest_ = kernel.counts.calls;
  }

  /// The system calls that the other threads make in that time.
  std::uint64_t calls_in(std::chrono::nanoseconds time) {
    const std::uint64_t before = kernel.counts.calls;
    pass(time);
    return kernel.counts.calls - before;
  }

  Poller poller;

 private:
  static constexpr std::uint64_t most_calls = 1'000'000;

  [[noreturn]] static void give_up(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::_Exit(1);
  }

  bool tired() const {
    if (kernel.counts.calls > calls_at_rest_ + most_calls) give_up("nobody ever rests");
    return false;
  }

  std::uint64_t calls_at_rest_ = 0;
};

}  // namespace conq::test
