// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/faults.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

namespace conq::test {
namespace {

/// In memory that forked children share, as some calls are made between fork and exec alone.
struct State {
  std::atomic<bool> armed;
  std::atomic<bool> storm;
  std::atomic<unsigned> call;
  std::atomic<int> error;
  std::atomic<long> nth;
  std::atomic<unsigned> without;
  std::atomic<int> without_error;
  std::atomic<long> failed;
  std::atomic<long> disturbed;
  std::array<std::atomic<long>, call_count> made;
};

State* map_state(int fd, int kind) {
  void* const memory =
      ::mmap(nullptr, sizeof(State), PROT_READ | PROT_WRITE, MAP_SHARED | kind, fd, 0);
  if (memory == MAP_FAILED) std::abort();
  return static_cast<State*>(memory);
}

State* state = nullptr;
thread_local int own_allocations = 0;

/// Not by a static initializer: operator new is called before that runs.
State& the_state() noexcept {
  if (state == nullptr) state = map_state(-1, MAP_ANONYMOUS);
  return *state;
}

void arm_with(const Fault& fault, bool storm) {
  State& now = the_state();
  now.armed = false;
  now.call = static_cast<unsigned>(fault.call);
  now.error = fault.error;
  now.nth = fault.nth;
  now.without = static_cast<unsigned>(fault.without);
  now.without_error = fault.without_error;
  now.failed = 0;
  now.disturbed = 0;
  for (std::atomic<long>& count : now.made) count = 0;
  now.storm = storm;
  now.armed = true;
}

}  // namespace

void arm(const Fault& fault) { arm_with(fault, false); }
void arm_storm() { arm_with({}, true); }
void disarm() { the_state().armed = false; }

long calls_made(Call call) { return the_state().made[static_cast<std::size_t>(call)]; }
long faults_made() { return the_state().failed; }
long calls_disturbed() { return the_state().disturbed; }

OwnAllocations::OwnAllocations() noexcept { ++own_allocations; }
OwnAllocations::~OwnAllocations() { --own_allocations; }

void share_counts(const char* path) {
  const int fd = ::open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::ftruncate(fd, sizeof(State)) != 0) std::abort();
  state = map_state(fd, 0);
  ::close(fd);
}

bool fails(Call call) noexcept {
  State& now = the_state();
  if (!now.armed) return false;
  const auto index = static_cast<unsigned>(call);
  const long number = ++now.made[index];
  if (now.without == index) {
    errno = now.without_error;
    return true;
  }
  if (now.call != index || now.nth != number) return false;
  ++now.failed;
  errno = now.error;
  return true;
}

bool in_storm() noexcept {
  State& now = the_state();
  return now.armed && now.storm;
}

unsigned next_in_storm() noexcept {
  // As by chance, so that no loop is in step with it: Knuth's generator, and its better half.
  thread_local std::uint64_t state_of_thread = 1;
  state_of_thread = state_of_thread * 6364136223846793005U + 1442695040888963407U;
  return static_cast<unsigned>(state_of_thread >> 33U);
}

void note_disturbed() noexcept { ++the_state().disturbed; }

bool allocation_fails() noexcept { return own_allocations == 0 && fails(Call::operator_new); }

}  // namespace conq::test
