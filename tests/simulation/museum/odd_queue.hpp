// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "tests/simulation/kernel/kernel.hpp"

namespace conq::test {

/// Has a kernel's queues give, besides what happened, events that no kernel should give.
class OddQueue {
 public:
  struct Odd {
    std::uint64_t token = 0;  ///< kevent's udata
    bool writes = false;      ///< about writing; else about reading
    bool eof = false;
    bool error = false;
    std::int64_t data = 0;
    std::uint64_t ident = 0;
  };

  explicit OddQueue(sim::Kernel& kernel) : kernel_(kernel) {
    kernel.faults.events = [this](std::vector<sim::Kevent>& events) {
      for (sim::Kevent& each : events) {
        if (each.udata != 0) latest_ = each.udata;
        if (data) each.data = *data;
      }
      alter(events);
    };
    kernel.faults.epoll_events = [this](std::vector<epoll_event>& events) {
      for (const epoll_event& each : events) {
        if (each.data.u64 != 0) latest_ = each.data.u64;
      }
      alter(events);
    };
  }
  OddQueue(const OddQueue&) = delete;
  OddQueue& operator=(const OddQueue&) = delete;
  ~OddQueue() { kernel_.faults = {}; }

  /// Of the latest real event that was no wake-up.
  std::uint64_t latest_token() const { return latest_; }

  std::vector<Odd> added;            ///< to the next that something happens for
  std::optional<std::int64_t> data;  ///< of all events
  bool doubled = false;
  bool reversed = false;

 private:
  static void append(const Odd& odd, std::vector<sim::Kevent>& events) {
    sim::Kevent made;
    made.ident = odd.ident;
    made.filter = odd.writes ? sim::FilterKind::write : sim::FilterKind::read;
    made.clear = true;
    made.eof = odd.eof;
    made.error = odd.error;
    made.data = odd.data;
    made.udata = odd.token;
    events.push_back(made);
  }
  static void append(const Odd& odd, std::vector<epoll_event>& events) {
    epoll_event made{};
    made.events = odd.writes ? EPOLLOUT : EPOLLIN;
    if (odd.eof) made.events |= EPOLLHUP | EPOLLRDHUP;
    if (odd.error) made.events |= EPOLLERR;
    made.data.u64 = odd.token;
    events.push_back(made);
  }

  template <class Event>
  void alter(std::vector<Event>& events) {
    if (events.empty()) return;
    for (const Odd& each : added) append(each, events);
    added.clear();
    if (doubled) {
      const std::vector<Event> again = events;
      events.insert(events.end(), again.begin(), again.end());
    }
    if (reversed) std::reverse(events.begin(), events.end());
  }

  sim::Kernel& kernel_;
  std::uint64_t latest_ = 0;
};

}  // namespace conq::test
