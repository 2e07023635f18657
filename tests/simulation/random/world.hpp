// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "conq/conq.hpp"
#include "tests/simulation/kernel/scheduler.hpp"
#include "tests/simulation/random/generator.hpp"
#include "tests/simulation/random/oracle.hpp"
#include "tests/simulation/random/program.hpp"

namespace conq {
class CONQ_RANDOM_BACKEND;
}  // namespace conq

namespace conq::sim::random {

using Backend = CONQ_RANDOM_BACKEND;

/// One console or stream of a run: the product's handle, the peers, what the oracle knows.
struct Channel {
  Side* side = nullptr;
  std::optional<BasicPolledConsole<Backend>> console;
  std::optional<BasicPolledStream<Backend>> stream;
  std::optional<BasicProcess<Backend>> process;
  std::vector<std::shared_ptr<PtySlave>> slaves;  ///< that the peers hold

  /// None once it is dropped.
  BasicChannel<Backend>* handle() {
    if (process) return &process->console();
    if (console) return &*console;
    return stream ? &*stream : nullptr;
  }
};

/// What a handler throws to leave wait().
struct LeavesWait {};

/// Whether the calling thread is in wait(), or destroys the poller.
bool in_a_wait();

/// A program as it runs: the threads, the poller, the kernel.
class World {
 public:
  World(const Program& program, const Dialect& dialect, Trace& trace);
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();
  /// Ends the process where something does not hold.
  void run();

 private:
  struct Caller {
    std::vector<Action> todo;
    bool busy = false;
  };

  void driver();
  void server();
  void caller(Caller& caller);
  void finish();
  void check_leftovers(std::size_t registrations);
  std::size_t registrations() const;

  // actions.cpp: what the driver does
  void act(const Action& action);
  void act_on(Channel& channel, const Action& action);
  void add(const Action& action);
  void add_pty(Channel& channel, const Action& action);
  void add_process(Channel& channel, const Action& action);
  void add_stream(Channel& channel, const Action& action);
  void peer_acts(Channel& channel, const Action& action);
  void peer_writes(Channel& channel, unsigned amount);
  void peer_reads(Channel& channel, unsigned amount);
  void peer_leaves(Channel& channel, const Action& action);
  void process_acts(Channel& channel, const Action& action);
  void hand_to_caller(const Action& action);
  void make_call(Channel& channel, const Action& action);

  // operations.cpp: what uses the product
  void start_read(Channel& channel, Action action);
  void start_write(Channel& channel, Action action);
  void start_exit(Channel& channel);
  struct Detached;
  Detached read_in_coroutine(Channel& channel, Action action);
  void handled(Channel& channel, const Op& op, Action action, bool ended);
  void read_done(Channel& channel, Op& op, const Action& action, std::error_code error,
                 std::span<const std::byte> bytes);
  void write_done(Channel& channel, Op& op, const Action& action, std::error_code error,
                  std::size_t count);
  void exit_done(Channel& channel, Op& op, std::error_code error);
  bool may_start(Channel& channel, bool writes, bool asynchronous);
  void cancel(Channel& channel);
  void shut_down(Channel& channel);
  void close_console(Channel& channel);
  void close(Channel& channel);
  void drop(Channel& channel);

  // faults.cpp
  void plan_faults();
  void end_amid_read(const Pty& pty);
  void alter_kevents(std::vector<Kevent>& events);
  void add_odd(std::vector<Kevent>& events, const std::vector<Kevent>& real);
  void alter_epoll_events(std::vector<epoll_event>& events);
  void add_odd(std::vector<epoll_event>& events, const std::vector<epoll_event>& real);

  const Program& program_;
  Trace& trace_;
  Generator choices_;
  Kernel kernel_;
  Oracle oracle_;
  std::optional<BasicPoller<Backend>> poller_;
  std::map<unsigned, Channel> channels_;
  std::vector<Caller> callers_;
  std::vector<Kevent> seen_kevents_;
  std::vector<epoll_event> seen_epoll_events_;
  std::uint64_t turns_ = 0;
  unsigned program_number_ = 0;
  unsigned broken_in_ = 0;
  bool finished_ = false;
};

}  // namespace conq::sim::random
