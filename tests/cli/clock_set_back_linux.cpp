// SPDX-License-Identifier: Apache-2.0
// To be preloaded: a time of day that each look finds set back by an hour, from the end of 1999.
// The time since the boot goes on as it does.
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>  // NOLINT(modernize-deprecated-headers)
#include <unistd.h>

namespace {

long set_back() {
  static long now = 946'000'000;
  return now -= 3600;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  if (clock != CLOCK_REALTIME) return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  *time = {set_back(), 0};
  return 0;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  *time = {set_back(), 0};
  return 0;
}

time_t time(time_t* result) noexcept {
  const time_t now = set_back();
  if (result != nullptr) *result = now;
  return now;
}

}  // extern "C"
