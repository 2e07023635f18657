// SPDX-License-Identifier: Apache-2.0
#include "alarm.hpp"

#include <sys/timerfd.h>

#include <array>
#include <utility>

#include "files.hpp"

namespace conq::conmon {

struct Alarm::State {
  PolledStream timer;
  std::function<void()> told;
  std::array<std::byte, 8> expirations{};
};

Alarm::Alarm(Poller& poller, std::chrono::nanoseconds after, std::function<void()> told)
    : state_(std::make_shared<State>()) {
  Fd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  itimerspec when{};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(after);
  when.it_value.tv_sec = seconds.count();
  when.it_value.tv_nsec = (after - seconds).count();
  if (!timer || ::timerfd_settime(timer.get(), 0, &when, nullptr) != 0) fail("set a timer");
  state_->timer = poller.add(std::move(timer));
  state_->told = std::move(told);
  state_->timer.async_read(state_->expirations, [state = state_](std::error_code, std::size_t n) {
    // Called by the move, it may drop the alarm that it comes from.
    if (const auto tell = std::exchange(state->told, nullptr); tell && n > 0) tell();
  });
}

Alarm& Alarm::operator=(Alarm&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

Alarm::~Alarm() {
  if (!state_) return;
  state_->told = nullptr;
  state_->timer.shutdown();
}

}  // namespace conq::conmon
