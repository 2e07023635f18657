// SPDX-License-Identifier: Apache-2.0
// Where a kernel has no event for a hangup, or for its end, consoles that somebody waits for are
// asked by a read or a write: the engine's only timer, and only there.

#include <algorithm>

#include "engine/engine.hpp"

namespace conq::detail {
namespace {

/// Slow: what is behind is a kernel's gap, and the usual hangup is learnt from a process's exit.
constexpr std::chrono::seconds asking_interval{1};

}  // namespace

bool Engine::must_ask(const Registration& registration) const noexcept {
  if (registration.kind != Kind::console || !registration.registered || registration.shut_down) {
    return false;
  }
  const Dialect& dialect = backend_->dialect();
  const bool writes = registration.write.head != nullptr;
  if (registration.hung_up) return dialect.reopen_is_silent && writes;
  return dialect.hangup_is_silent && !registration.has_process &&
         (writes || registration.read.head != nullptr);
}

void Engine::plan_asking(const Registration& registration) noexcept {
  if (asking_at_ || !must_ask(registration)) return;
  asking_at_ = Clock::now() + asking_interval;
  // Whoever is in the kernel's wait knows nothing of it.
  if (servers_idle_ > 0 || turner_ != nullptr) wake_kernel();
}

void Engine::look_for_hangup(Direction& direction) noexcept {
  if (backend_->dialect().hangup_is_silent) try_again(direction);
}

void Engine::ask() noexcept {
  if (!asking_at_ || Clock::now() < *asking_at_) return;
  asking_at_.reset();
  slots_.for_each([this](Registration& registration) {
    if (!must_ask(registration)) return;
    try_again(registration.read);
    try_again(registration.write);
  });
}

Deadline Engine::next_asking(Deadline deadline) const noexcept {
  if (!asking_at_ || !deadline) return asking_at_ ? asking_at_ : deadline;
  return std::min(*asking_at_, *deadline);
}

}  // namespace conq::detail
