// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "conq/conq.hpp"

namespace conq::conmon {

/// Tells once, in the poller's wait(), that some time has passed; dropped before, it tells nothing.
class Alarm {
 public:
  Alarm() noexcept = default;
  /// Throws std::system_error.
  Alarm(Poller& poller, std::chrono::nanoseconds after, std::function<void()> told);
  Alarm(Alarm&&) noexcept = default;
  Alarm& operator=(Alarm&& other) noexcept;
  ~Alarm();
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace conq::conmon
