// SPDX-License-Identifier: Apache-2.0
// Mutexes, condition variables and the clock, for the threads that the Scheduler runs; those of
// others are the host's. Wrapped as calls.cpp says.

#include <pthread.h>

#include <condition_variable>
#include <map>
#include <set>

#include "tests/simulation/kernel/kernel.hpp"
#include "tests/simulation/kernel/scheduler.hpp"

namespace {

using conq::sim::Scheduler;

// One thread runs at a time, so these need no lock.
std::set<pthread_mutex_t*> locked;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

struct Sleeper {
  bool told = false;
};
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
std::multimap<const void*, Sleeper*> sleepers;

void lock(pthread_mutex_t* mutex) {
  Scheduler::turn();
  if (locked.contains(mutex)) {
    Scheduler::wait([mutex] { return !locked.contains(mutex); }, std::nullopt);
  }
  locked.insert(mutex);
}

/// False at the deadline.
bool sleep(const void* condition, pthread_mutex_t* mutex, Scheduler::Deadline deadline) {
  Sleeper me;
  const auto place = sleepers.emplace(condition, &me);
  locked.erase(mutex);
  const bool spurious = conq::sim::Kernel::current().faults.spurious();
  const bool told = Scheduler::wait([&] { return spurious || me.told; }, deadline);
  sleepers.erase(place);
  lock(mutex);
  return told;
}

void notify(const void* condition, bool all) {
  auto [first, end] = sleepers.equal_range(condition);
  for (; first != end; ++first) {
    if (first->second->told) continue;
    first->second->told = true;
    if (!all) return;
  }
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

int __real_pthread_mutex_lock(pthread_mutex_t* mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t* mutex);
int __real_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  clockid_t clock, const timespec* until);

int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
  if (!Scheduler::here()) return __real_pthread_mutex_lock(mutex);
  lock(mutex);
  return 0;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t* mutex) {
  if (!Scheduler::here()) return __real_pthread_mutex_unlock(mutex);
  locked.erase(mutex);
  return 0;
}

int __wrap_pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                                  clockid_t clock, const timespec* until) {
  if (!Scheduler::here()) return __real_pthread_cond_clockwait(condition, mutex, clock, until);
  const Scheduler::Clock::time_point deadline(std::chrono::seconds(until->tv_sec) +
                                              std::chrono::nanoseconds(until->tv_nsec));
  return sleep(condition, mutex, deadline) ? 0 : ETIMEDOUT;
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

// Members of the C++ library, which are called by their mangled names.
using Condition = std::condition_variable;
using Time = std::chrono::steady_clock::time_point;
void real_wait(Condition* condition, std::unique_lock<std::mutex>& held) asm(
    "__real__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");
void real_notify_one(Condition* condition) asm("__real__ZNSt18condition_variable10notify_oneEv");
void real_notify_all(Condition* condition) asm("__real__ZNSt18condition_variable10notify_allEv");
Time real_now() asm("__real__ZNSt6chrono3_V212steady_clock3nowEv");
unsigned wrapped_concurrency() asm("__wrap__ZNSt6thread20hardware_concurrencyEv");
void wrapped_wait(Condition* condition, std::unique_lock<std::mutex>& held) asm(
    "__wrap__ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE");
void wrapped_notify_one(Condition* condition) asm("__wrap__ZNSt18condition_variable10notify_oneEv");
void wrapped_notify_all(Condition* condition) asm("__wrap__ZNSt18condition_variable10notify_allEv");
Time wrapped_now() asm("__wrap__ZNSt6chrono3_V212steady_clock3nowEv");

void wrapped_wait(Condition* condition, std::unique_lock<std::mutex>& held) {
  if (Scheduler::here()) {
    sleep(condition->native_handle(), held.mutex()->native_handle(), std::nullopt);
  } else {
    real_wait(condition, held);
  }
}

void wrapped_notify_one(Condition* condition) {
  if (Scheduler::here()) {
    notify(condition->native_handle(), false);
  } else {
    real_notify_one(condition);
  }
}

void wrapped_notify_all(Condition* condition) {
  if (Scheduler::here()) {
    notify(condition->native_handle(), true);
  } else {
    real_notify_all(condition);
  }
}

unsigned wrapped_concurrency() { return 2; }

Time wrapped_now() { return Scheduler::here() ? Scheduler::now() : real_now(); }
