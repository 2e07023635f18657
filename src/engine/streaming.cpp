// SPDX-License-Identifier: Apache-2.0
// A single console that fills its reads is waited for awake, for a moment: what bounds it is how
// long a halted CPU takes to wake, for each read and for each of the kernel's own steps.

#include <sys/ioctl.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/engine.hpp"

namespace conq::detail {
namespace {

using std::chrono::microseconds;

/// From so many bytes on a read is of a stream, and worth its call: half of what Linux's terminals
/// hold.
constexpr int full_size = 2048;
/// Reads of a stream come at least so close.
constexpr microseconds streaming_interval{200};
/// How long the console is looked at: no longer than a CPU that sleeps takes to wake.
constexpr microseconds look{10};
/// Looks that found nothing, at most, before it is no more looked at; each that found something
/// makes up for half of one.
constexpr int most_credit = 8;
constexpr int price = 2;
/// Where looking does not pay, as the kernel's worker has to be woken itself, it is tried again so
/// often.
constexpr std::chrono::milliseconds rest{10};

bool alone_on_cpu() noexcept {
  static const bool alone = std::thread::hardware_concurrency() < 2;
  return alone;
}

}  // namespace

void Engine::note_read(Direction& direction, ssize_t count) noexcept {
  const Registration* const before = std::exchange(last_read_, &direction.owner);
  streaming_ = nullptr;
  if (count < full_size || !backend_->dialect().streams_are_watched || alone_on_cpu()) {
    last_full_read_ = {};
    return;
  }
  const Clock::time_point now = Clock::now();
  const bool close = now - last_full_read_ < streaming_interval;
  last_full_read_ = now;
  if (close && before == &direction.owner && direction.owner.registered) {
    streaming_ = &direction.owner;
  }
}

std::shared_ptr<Registration> Engine::stream_to_watch(Deadline until) noexcept {
  Registration* const stream = std::exchange(streaming_, nullptr);
  const bool alone = servers_in_kernel_ + (turner_ != nullptr ? 1U : 0U) == 1;
  if (stream == nullptr || stream->read.head == nullptr || !alone) return nullptr;
  const Clock::time_point now = Clock::now();
  if (until && *until - now < look) return nullptr;
  if (watch_credit_ < price) {
    if (now < watch_again_at_) return nullptr;
    watch_credit_ = price;
  }
  ++stream->users;
  return stream->shared_from_this();
}

bool Engine::watch(const Registration& stream) noexcept {
  const Clock::time_point until = Clock::now() + look;
  int readable = 0;
  while (::ioctl(stream.fd(), FIONREAD, &readable) == 0 && readable < full_size) {
    if (Clock::now() >= until) return false;
    std::this_thread::yield();
  }
  return readable >= full_size;
}

void Engine::watched(Registration& stream, bool filled) noexcept {
  release_use(stream);
  if (filled) {
    watch_credit_ = std::min(watch_credit_ + 1, most_credit);
  } else {
    watch_credit_ -= price;
    watch_again_at_ = Clock::now() + rest;
  }
}

}  // namespace conq::detail
