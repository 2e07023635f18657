// SPDX-License-Identifier: Apache-2.0
// What goes wrong in normal life, and events as no kernel should give them.

#include <algorithm>

#include "tests/simulation/kernel/epoll.hpp"
#include "tests/simulation/random/world.hpp"

namespace conq::sim::random {
namespace {

/// Room that is left for the kernel's own events.
constexpr std::size_t most_events = 16;
constexpr std::size_t remembered = 16;
/// In a token of the engine's: one registration after the other in the same place.
constexpr std::uint64_t generation = std::uint64_t{1} << 32U;

template <class Event>
void shuffle(std::vector<Event>& events, Generator& from) {
  for (std::size_t left = events.size(); left > 1; --left) {
    std::swap(events[left - 1], events[from.below(static_cast<unsigned>(left))]);
  }
}

template <class Event>
void remember(std::vector<Event>& seen, const std::vector<Event>& events) {
  for (const Event& each : events) {
    if (seen.size() == remembered) seen.erase(seen.begin());
    seen.push_back(each);
  }
}

}  // namespace

void World::plan_faults() {
  kernel_.faults.interrupted = [this](const File& file) {
    // An eventfd or pipe that wakes never waits, so that no signal interrupts it.
    const bool may = oracle_.knows(file) || dynamic_cast<const Kqueue*>(&file) != nullptr ||
                     dynamic_cast<const Epoll*>(&file) != nullptr;
    return may && choices_.once_in(program_.interrupted);
  };
  // On Linux a short read or write says that nothing is left; a pty's is followed by an event.
  const bool is_linux = kernel_.dialect().name == "linux";
  kernel_.faults.at_most = [this, is_linux](const File& file, std::size_t size) {
    const bool may = !is_linux || dynamic_cast<const PtyMaster*>(&file) != nullptr;
    if (!may || size < 2 || !choices_.once_in(program_.cut_short)) return size;
    return static_cast<std::size_t>(
        1 + choices_.below(static_cast<unsigned>(std::min<std::size_t>(size, 300))));
  };
  kernel_.faults.amid_read = [this](PtyMaster& master) {
    if (choices_.once_in(program_.overtaken)) end_amid_read(*master.pty);
  };
  kernel_.faults.spurious = [this] { return choices_.once_in(program_.spurious); };
  kernel_.faults.events = [this](std::vector<Kevent>& events) { alter_kevents(events); };
  kernel_.faults.epoll_events = [this](std::vector<epoll_event>& events) {
    alter_epoll_events(events);
  };
}

void World::end_amid_read(const Pty& pty) {
  for (auto& [number, channel] : channels_) {
    if (channel.side == nullptr || channel.side->pty.get() != &pty) continue;
    if (channel.slaves.empty()) peer_acts(channel, {.what = Do::peer_open});
    peer_writes(channel, 1 + choices_.below(600));
    while (!channel.slaves.empty()) peer_leaves(channel, {.what = Do::peer_close});
  }
  // Another thread may be told of it before the read is over.
  Scheduler::turn();
}

void World::alter_kevents(std::vector<Kevent>& events) {
  for (const Kevent& each : events) {
    trace_.note(each.filter == FilterKind::write ? "event to write" : "event", -1,
                each.filter == FilterKind::user ? -1 : static_cast<std::int64_t>(each.ident),
                each.eof ? 1 : 0);
  }
  if (program_.broken == Broken::event && !events.empty() &&
      events.front().filter == FilterKind::read && ++broken_in_ % 3 == 0) {
    events.erase(events.begin());
  }
  const std::vector<Kevent> real = events;
  if (choices_.once_in(program_.odd_events) && events.size() < most_events) {
    add_odd(events, real);
    shuffle(events, choices_);
    oracle_.injected += events.size() - real.size();
  }
  remember(seen_kevents_, real);
}

void World::add_odd(std::vector<Kevent>& events, const std::vector<Kevent>& real) {
  Kevent odd;
  if (!seen_kevents_.empty()) {
    odd = seen_kevents_[choices_.below(static_cast<unsigned>(seen_kevents_.size()))];
  }
  odd.eof = false;
  switch (choices_.below(7)) {
    case 0:  // the same twice
      if (!real.empty()) events.push_back(real.front());
      break;
    case 1:  // one of earlier, perhaps of a registration that is gone
      if (!seen_kevents_.empty()) events.push_back(odd);
      break;
    case 2:  // what nobody asked for
      odd.ident = choices_.next() % 5000;
      odd.filter = choices_.once_in(2) ? FilterKind::read : FilterKind::write;
      odd.udata = choices_.next();
      odd.eof = choices_.once_in(2);
      events.push_back(odd);
      break;
    case 3:  // an error
      odd.error = true;
      odd.data = choices_.below(100);
      events.push_back(odd);
      break;
    case 4:  // data of any size
      for (Kevent& each : events) each.data = choices_.once_in(2) ? -1 : INT64_MAX;
      break;
    case 5:  // of the registration that had its place before
      if (odd.udata < 2 * generation) break;
      odd.udata -= generation;
      odd.eof = true;
      events.push_back(odd);
      break;
    default:  // only in another order
      break;
  }
}

void World::alter_epoll_events(std::vector<epoll_event>& events) {
  for (const epoll_event& each : events) {
    trace_.note("event", -1, static_cast<std::int64_t>(each.data.u64 & 0xffffffffU), each.events);
  }
  if (program_.broken == Broken::event && !events.empty() && events.front().data.u64 != 0 &&
      ++broken_in_ % 3 == 0) {
    events.erase(events.begin());
  }
  const std::vector<epoll_event> real = events;
  if (choices_.once_in(program_.odd_events) && events.size() < most_events) {
    add_odd(events, real);
    shuffle(events, choices_);
    oracle_.injected += events.size() - real.size();
  }
  remember(seen_epoll_events_, real);
}

void World::add_odd(std::vector<epoll_event>& events, const std::vector<epoll_event>& real) {
  epoll_event odd{};
  if (!seen_epoll_events_.empty()) {
    odd = seen_epoll_events_[choices_.below(static_cast<unsigned>(seen_epoll_events_.size()))];
  }
  odd.events = EPOLLIN | EPOLLOUT;
  switch (choices_.below(5)) {
    case 0:
      if (!real.empty()) events.push_back(real.front());
      break;
    case 1:
      if (!seen_epoll_events_.empty()) events.push_back(odd);
      break;
    case 2:
      odd.events = static_cast<std::uint32_t>(choices_.next());
      odd.data.u64 = choices_.next();
      events.push_back(odd);
      break;
    case 3:
      if (odd.data.u64 < 2 * generation) break;
      odd.events = EPOLLIN | EPOLLHUP | EPOLLRDHUP;
      odd.data.u64 -= generation;
      events.push_back(odd);
      break;
    default:
      break;
  }
}

}  // namespace conq::sim::random
