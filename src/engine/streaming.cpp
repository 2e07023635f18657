// SPDX-License-Identifier: Apache-2.0
// A single console that fills its reads is waited for awake, for a moment: what bounds it is how
// long a halted CPU takes to wake, for each read and for each of the kernel's own steps.

#include <sys/ioctl.h>

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
/// How long the console is looked at before the queue is asked what else is ready.
constexpr microseconds slice{20};
/// How many slices may pass without a byte.
constexpr int slices = 5;

bool alone_on_cpu() noexcept {
  static const bool alone = std::thread::hardware_concurrency() < 2;
  return alone;
}

/// Returns once `fd` is worth reading, or has not become so in a slice.
void look_at(int fd) noexcept {
  const Clock::time_point until = Clock::now() + slice;
  int readable = 0;
  while (::ioctl(fd, FIONREAD, &readable) == 0 && readable < full_size && Clock::now() < until) {
    std::this_thread::yield();
  }
}

}  // namespace

void Engine::note_read(Direction& direction, ssize_t count) noexcept {
  const Registration* const before = std::exchange(last_read_, &direction.owner);
  streaming_ = nullptr;
  if (count < full_size || !backend_->dialect().streams_are_watched || alone_on_cpu()) {
    last_full_read_.reset();
    return;
  }
  const Clock::time_point now = Clock::now();
  const bool close = last_full_read_ && now - *last_full_read_ < streaming_interval;
  last_full_read_ = now;
  if (close && before == &direction.owner && direction.owner.registered) {
    streaming_ = &direction.owner;
  }
}

std::shared_ptr<Registration> Engine::stream_to_watch(Deadline until) noexcept {
  Registration* const stream = std::exchange(streaming_, nullptr);
  const bool alone = servers_in_kernel_ + (turner_ != nullptr ? 1U : 0U) == 1;
  if (stream == nullptr || stream->read.head == nullptr || !alone) return nullptr;
  if (until && *until - Clock::now() < slices * slice) return nullptr;
  ++stream->users;
  return stream->shared_from_this();
}

std::size_t Engine::wait_in_kernel(const Registration* stream, std::span<Event> events,
                                   Deadline until, bool& woken, std::error_code& ec) noexcept {
  for (int each = 0; stream != nullptr && each < slices; ++each) {
    look_at(stream->fd());
    const std::size_t count = backend_->wait(events, std::chrono::nanoseconds::zero(), woken, ec);
    if (count > 0 || woken || ec) return count;
  }
  return backend_->wait(events, time_left(until), woken, ec);
}

}  // namespace conq::detail
