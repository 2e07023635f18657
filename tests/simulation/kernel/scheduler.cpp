// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/scheduler.hpp"

#include <algorithm>
#include <memory>
#include <semaphore>
#include <thread>

namespace conq::sim {
namespace {

struct Thread {
  std::string name;
  std::function<void()> body;
  const std::function<bool()>* holds = nullptr;  ///< none: it can go on
  Scheduler::Deadline deadline;
  bool over = false;
  std::binary_semaphore go{0};
};

struct Run {
  std::vector<std::unique_ptr<Thread>> threads;
  Scheduler::Choose choose;
  Scheduler::Stays stays;
  const std::function<bool()>* idle = nullptr;
  Scheduler::Clock::time_point now{std::chrono::hours(1)};
  Scheduler::Stuck stuck;
  std::binary_semaphore finished{0};
};

Run* active = nullptr;
thread_local Thread* self = nullptr;

bool can_go_on(const Thread& thread) {
  if (thread.over) return false;
  if (thread.holds == nullptr) return true;
  return (thread.deadline && *thread.deadline <= active->now) || (*thread.holds)();
}

std::vector<Thread*> able() {
  std::vector<Thread*> found;
  for (const auto& thread : active->threads) {
    if (can_go_on(*thread)) found.push_back(thread.get());
  }
  return found;
}

/// Time passes until the first deadline; false where there is none.
bool skip_to_deadline() {
  Scheduler::Deadline first;
  for (const auto& thread : active->threads) {
    if (!thread->over && thread->deadline && (!first || *thread->deadline < *first)) {
      first = thread->deadline;
    }
  }
  if (!first) return false;
  active->now = std::max(active->now, *first);
  return true;
}

/// Who is next; none when all are over, or stuck.
Thread* next() {
  active->now += std::chrono::nanoseconds(100);
  for (;;) {
    const std::vector<Thread*> ready = able();
    if (ready.size() == 1) return ready.front();
    if (!ready.empty()) return ready[active->choose(ready.size())];
    const bool all_over = std::all_of(active->threads.begin(), active->threads.end(),
                                      [](const auto& thread) { return thread->over; });
    if (all_over) return nullptr;
    if ((*active->idle)() || skip_to_deadline()) continue;
    for (const auto& thread : active->threads) {
      if (!thread->over) active->stuck.threads.push_back(thread->name);
    }
    return nullptr;
  }
}

void pass_on() {
  Thread* const me = self;
  Thread* const chosen = next();
  if (chosen == me) return;
  if (chosen == nullptr) {
    active->finished.release();
  } else {
    chosen->go.release();
  }
  if (!me->over) me->go.acquire();
}

}  // namespace

Scheduler::Stuck Scheduler::run(std::vector<std::pair<std::string, std::function<void()>>> threads,
                                Choose choose, const std::function<bool()>& idle, Stays stays) {
  auto run = std::make_unique<Run>();
  run->stays = std::move(stays);
  run->choose = std::move(choose);
  run->idle = &idle;
  for (auto& [name, body] : threads) {
    run->threads.push_back(std::make_unique<Thread>());
    run->threads.back()->name = name;
    run->threads.back()->body = std::move(body);
  }
  active = run.get();
  std::vector<std::thread> hosts;
  for (const auto& thread : run->threads) {
    hosts.emplace_back([thread = thread.get()] {
      self = thread;
      thread->go.acquire();
      thread->body();
      thread->over = true;
      pass_on();
      self = nullptr;
    });
  }
  if (Thread* const first = next(); first != nullptr) {
    first->go.release();
    run->finished.acquire();
  }
  if (!run->stuck.threads.empty()) {
    // Those that are stuck stay so, with what they wait for: the caller has to end the program.
    for (std::thread& host : hosts) host.detach();
    return run.release()->stuck;
  }
  for (std::thread& host : hosts) host.join();
  active = nullptr;
  return {};
}

bool Scheduler::here() noexcept { return self != nullptr; }

std::string Scheduler::name() { return here() ? self->name : std::string(); }

void Scheduler::turn() {
  if (active->stays()) {
    active->now += std::chrono::nanoseconds(100);
  } else {
    pass_on();
  }
}

bool Scheduler::wait(const std::function<bool()>& holds, Deadline deadline) {
  self->holds = &holds;
  self->deadline = deadline;
  pass_on();
  self->holds = nullptr;
  self->deadline.reset();
  return holds();
}

Scheduler::Clock::time_point Scheduler::now() { return active->now; }

}  // namespace conq::sim
