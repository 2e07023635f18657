// SPDX-License-Identifier: Apache-2.0
// How often a stream is read before others are. See docs/performance.md.

#include <sys/ioctl.h>

#include "engine/engine.hpp"

namespace conq::detail {
namespace {

/// From so many bytes in one call on, a direction streams.
constexpr ssize_t stream_size = 256;
/// Then others are read, if it is still refilled by then: some 32 KiB.
constexpr unsigned reads_a_stay = 8;
/// The same where others serve meanwhile. As many as a Direction counts.
constexpr unsigned reads_a_stay_among_threads = 31;
/// While two are read the third is refilled, and no more are in the processor's cache.
constexpr std::size_t places_to_stay = 3;
/// From so many bytes on it has been refilled. Less are the beginning of what is just coming.
constexpr int worth_a_read = 2048;
/// After so many in a row it waits for an event like others.
constexpr unsigned most_looks_in_vain = 4;

}  // namespace

/// A place for each thread that serves; of one alone that reads in turn.
std::size_t Engine::most_that_stay() const noexcept {
  return serves_alone() ? places_to_stay : servers_;
}

/// Other than a read this does not wait for who refills. In doubt it is: the read tells.
bool Engine::is_refilled(int fd) noexcept {
  int waiting = 0;
  return ::ioctl(fd, FIONREAD, &waiting) != 0 || waiting >= worth_a_read;
}

bool Engine::refills(const Registration& registration) const noexcept {
  return registration.kind == Kind::console && registration.short_read_empties &&
         backend_->dialect().refills;
}

/// After a call that moved so many bytes, or failed.
void Engine::note_pace(Direction& direction, ssize_t moved) noexcept {
  const bool stayed = direction.pace == Pace::stays;
  direction.pace = moved >= stream_size ? Pace::streams : Pace::quiet;
  direction.looks = false;
  direction.looks_in_vain = 0;
  if (direction.pace == Pace::quiet || direction.writes || direction.owner.hung_up) return;
  if (!stayed) direction.reads_of_stay = 0;
  ++direction.reads_of_stay;
  // Where no others wait, the sooner this thread sleeps the better: see docs/performance.md.
  const unsigned most_reads = serves_alone() ? reads_a_stay : reads_a_stay_among_threads;
  const bool stays = stayed ? direction.reads_of_stay < most_reads
                            : refills(direction.owner) && ready_.lets_stay(most_that_stay());
  if (stays) direction.pace = Pace::stays;
}

void Engine::note_look_in_vain(Direction& direction) noexcept {
  if (++direction.looks_in_vain < most_looks_in_vain) return;
  direction.pace = Pace::streams;
  direction.looks = false;
  direction.ready = direction.fresh || direction.owner.hung_up;
}

}  // namespace conq::detail
