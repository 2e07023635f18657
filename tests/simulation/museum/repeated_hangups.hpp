// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <map>
#include <utility>
#include <vector>

#include "tests/simulation/kernel/kernel.hpp"

namespace conq::test {

/// Has a kernel tell of each hangup again and again, at each look for other events, as libkqueue
/// does.
class RepeatedHangups {
 public:
  explicit RepeatedHangups(sim::Kernel& kernel) : kernel_(kernel) {
    kernel.faults.events = [this](std::vector<sim::Kevent>& events) {
      for (const sim::Kevent& each : events) {
        if (each.eof) kevents_[{each.udata, each.filter}] = each;
      }
      for (const auto& [key, hangup] : kevents_) events.push_back(hangup);
    };
    kernel.faults.epoll_events = [this](std::vector<epoll_event>& events) {
      for (const epoll_event& each : events) {
        if ((each.events & EPOLLHUP) != 0U) epoll_events_[each.data.u64] = each;
      }
      for (const auto& [token, hangup] : epoll_events_) events.push_back(hangup);
    };
  }
  RepeatedHangups(const RepeatedHangups&) = delete;
  RepeatedHangups& operator=(const RepeatedHangups&) = delete;
  ~RepeatedHangups() { kernel_.faults = {}; }

 private:
  sim::Kernel& kernel_;
  std::map<std::pair<std::uint64_t, sim::FilterKind>, sim::Kevent> kevents_;
  std::map<std::uint64_t, epoll_event> epoll_events_;
};

}  // namespace conq::test
