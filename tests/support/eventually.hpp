// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <chrono>

#include "tests/support/read_until.hpp"

namespace conq::test {

/// Whether `holds` becomes true before the deadline; for what no descriptor and no thread tells of.
template <class Predicate>
bool eventually(Predicate holds) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

/// Lets `poller` take turns until `holds`; false at the deadline.
template <class Poller, class Predicate>
bool serve_until(Poller& poller, Predicate holds) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    poller.wait_for(std::chrono::milliseconds(100));
  }
  return true;
}

}  // namespace conq::test
