// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/kqueue.hpp"

#include <algorithm>

#include "tests/simulation/kernel/kernel.hpp"

namespace conq::sim {

/// One (ident, filter) of a queue.
struct Kqueue::Knote final : Watcher {
  Knote(Kqueue& its_queue, const Kevent& change) : queue(its_queue), event(change) {}
  ~Knote() override {
    if (file != nullptr) file->unwatch(*this);
  }
  void changed(bool read, bool write, bool /*hangup*/) override {
    const bool ours = event.filter == FilterKind::write ? write : read;
    if (ours && queue.look(*this).active) queue.activate(*this);
  }
  void file_gone() override { file = nullptr; }

  Kqueue& queue;
  Kevent event;
  std::shared_ptr<File> file;  ///< none for a user event
  bool enabled = true;
  bool active = false;  ///< the filter said so since the last delivery
  bool queued = false;
  bool triggered = false;
  bool eof_seen = false;
};

Kqueue::Kqueue(Kernel& kernel) : kernel_(kernel) { kernel_.queue_made(*this); }
Kqueue::~Kqueue() { kernel_.queue_gone(*this); }

Filter Kqueue::look(Knote& knote) const {
  Filter filter;
  if (knote.event.filter == FilterKind::user) {
    filter.active = knote.triggered;
    return filter;
  }
  if (knote.file == nullptr) return filter;
  const State state = knote.file->state();
  filter = knote.event.filter == FilterKind::write ? state.write : state.read;
  // libkqueue's are made of epoll, which tells of a hangup whatever it was asked for.
  if (kernel_.dialect().is_epoll && filter.eof) filter.active = true;
  knote.eof_seen = knote.eof_seen || filter.eof;
  if (knote.eof_seen && kernel_.dialect().eof_flag_sticks) filter.eof = true;
  if (knote.eof_seen && kernel_.dialect().eof_truth_sticks) filter.active = true;
  return filter;
}

void Kqueue::activate(Knote& knote) {
  knote.active = true;
  if (!knote.enabled || knote.queued) return;
  knote.queued = true;
  queued_.push_back(&knote);
  ++kernel_.counts.activations;
  tell(true, false);
}

int Kqueue::attach(const Kevent& change) {
  auto knote = std::make_unique<Knote>(*this, change);
  if (change.filter == FilterKind::process) {
    const std::shared_ptr<Process> process = kernel_.find_process(static_cast<pid_t>(change.ident));
    if (process == nullptr) return ESRCH;
    if (process->ended() && !kernel_.dialect().zombie_makes_event) return ESRCH;
    knote->file = process;
  } else if (change.filter == FilterKind::user) {
    if (!kernel_.dialect().user_events) return EINVAL;
  } else {
    knote->file = kernel_.find(static_cast<int>(change.ident));
    if (knote->file == nullptr) return EBADF;
    if (const int refused = kernel_.refuses_watch(*knote->file, change.filter)) return refused;
  }
  Knote& added = *knote;
  if (knote->file != nullptr) knote->file->watch(added);
  knotes_[{change.ident, change.filter}] = std::move(knote);
  if (look(added).active) activate(added);
  return 0;
}

int Kqueue::apply(const Kevent& change) {
  if ((change.filter == FilterKind::read || change.filter == FilterKind::write) &&
      kernel_.find(static_cast<int>(change.ident)) == nullptr) {
    return EBADF;
  }
  const auto found = knotes_.find({change.ident, change.filter});
  if (found == knotes_.end()) return change.add ? attach(change) : ENOENT;
  Knote& knote = *found->second;
  if (change.remove) {
    std::erase(queued_, &knote);
    knotes_.erase(found);
    return 0;
  }
  if (change.add) {
    knote.event.udata = change.udata;
    knote.event.clear = knote.event.clear || change.clear;
  }
  if (change.trigger) knote.triggered = true;
  if (change.disable) {
    knote.enabled = false;
    std::erase(queued_, &knote);
    knote.queued = false;
  }
  if (change.enable) knote.enabled = true;
  if (look(knote).active || (change.enable && knote.active)) activate(knote);
  return 0;
}

std::vector<Kevent> Kqueue::collect(std::size_t room) {
  std::vector<Kevent> events;
  for (std::size_t left = queued_.size(); left > 0 && events.size() < room; --left) {
    Knote& knote = *queued_.front();
    queued_.pop_front();
    knote.queued = false;
    const Filter filter = look(knote);
    // False again by now: every kernel asks once more.
    if (!filter.active) {
      knote.active = false;
      continue;
    }
    Kevent event = knote.event;
    event.eof = filter.eof;
    event.data = filter.data;
    if (knote.event.filter == FilterKind::process && knote.file != nullptr) event.eof = true;
    events.push_back(event);
    if (knote.event.once) {
      knotes_.erase({knote.event.ident, knote.event.filter});
    } else if (knote.event.clear) {
      knote.active = knote.triggered = false;
    } else {
      knote.queued = true;
      queued_.push_back(&knote);
    }
  }
  return events;
}

void Kqueue::descriptor_closed(int fd) {
  for (const FilterKind filter : {FilterKind::read, FilterKind::write}) {
    const auto found = knotes_.find({static_cast<std::uint64_t>(fd), filter});
    if (found == knotes_.end()) continue;
    std::erase(queued_, found->second.get());
    knotes_.erase(found);
  }
}

State Kqueue::state() const {
  State state;
  state.read.active = !queued_.empty();
  state.read.data = static_cast<std::int64_t>(queued_.size());
  return state;
}

}  // namespace conq::sim
