// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/kernel/epoll.hpp"

#include <algorithm>
#include <cstring>

#include "tests/simulation/kernel/kernel.hpp"

namespace conq::sim {
namespace {

constexpr std::uint32_t unasked = EPOLLHUP | EPOLLERR;

}  // namespace

struct Epoll::Entry final : Watcher {
  Entry(Epoll& its_queue, int its_fd, File& its_file, const epoll_event& its_event)
      : queue(its_queue), fd(its_fd), file(&its_file), event(its_event) {
    file->watch(*this);
  }
  ~Entry() override {
    if (file != nullptr) file->unwatch(*this);
  }
  void changed(bool read, bool write, bool hangup) override {
    const bool wanted = (read && (event.events & EPOLLIN) != 0U) ||
                        (write && (event.events & EPOLLOUT) != 0U) || hangup;
    if (wanted && wants_any()) queue.make_ready(*this);
  }
  /// Not once it was told of an event, with EPOLLONESHOT.
  bool wants_any() const { return !spent; }
  void file_gone() override {
    // The registration goes with the open file.
    std::erase(queue.ready_, this);
    File* const gone = file;
    file = nullptr;
    queue.entries_.erase({fd, gone});
  }

  Epoll& queue;
  const int fd;
  File* file;
  epoll_event event;
  bool ready = false;
  bool spent = false;
};

Epoll::Epoll(Kernel& kernel) : kernel_(kernel) {}
Epoll::~Epoll() = default;

std::uint32_t Epoll::mask_of(const Entry& entry) {
  return entry.wants_any() ? entry.file->polled() & (entry.event.events | unasked) : 0;
}

void Epoll::make_ready(Entry& entry) {
  if (entry.ready) return;
  entry.ready = true;
  ready_.push_back(&entry);
  ++kernel_.counts.activations;
  tell(true, false);
}

int Epoll::add(int fd, File& file, const epoll_event& event) {
  const auto* nested = dynamic_cast<const Epoll*>(&file);
  if (nested != nullptr && nested->contains(*this)) return ELOOP;
  auto entry = std::make_unique<Entry>(*this, fd, file, event);
  Entry& added = *entry;
  entries_[{fd, &file}] = std::move(entry);
  if (mask_of(added) != 0) make_ready(added);
  return 0;
}

int Epoll::modify(Entry& entry, const epoll_event& event) {
  entry.event = event;
  entry.spent = false;
  if (mask_of(entry) != 0) make_ready(entry);
  return 0;
}

bool Epoll::contains(const Epoll& other) const {
  return std::any_of(entries_.begin(), entries_.end(), [&other](const auto& each) {
    const auto* nested = dynamic_cast<const Epoll*>(each.second->file);
    return nested != nullptr && (nested == &other || nested->contains(other));
  });
}

int Epoll::control(int operation, int fd, const std::shared_ptr<File>& file,
                   const epoll_event* event) {
  if (file.get() == this) return EINVAL;
  const auto found = entries_.find({fd, file.get()});
  const bool there = found != entries_.end();
  switch (operation) {
    case EPOLL_CTL_ADD:
      return there ? EEXIST : add(fd, *file, *event);
    case EPOLL_CTL_MOD:
      return there ? modify(*found->second, *event) : ENOENT;
    case EPOLL_CTL_DEL:
      if (!there) return ENOENT;
      std::erase(ready_, found->second.get());
      entries_.erase(found);
      return 0;
    default:
      return EINVAL;
  }
}

std::vector<epoll_event> Epoll::collect(std::size_t room) {
  std::vector<epoll_event> events;
  for (std::size_t left = ready_.size(); left > 0 && events.size() < room; --left) {
    Entry& entry = *ready_.front();
    ready_.pop_front();
    entry.ready = false;
    const std::uint32_t mask = mask_of(entry);
    if (mask == 0) continue;
    epoll_event event = entry.event;
    event.events = mask;
    events.push_back(event);
    entry.spent = (entry.event.events & EPOLLONESHOT) != 0U;
    if ((entry.event.events & (EPOLLET | EPOLLONESHOT)) == 0U) {
      entry.ready = true;
      ready_.push_back(&entry);
    }
  }
  return events;
}

bool Epoll::has_events() const {
  return std::any_of(ready_.begin(), ready_.end(),
                     [](const Entry* entry) { return mask_of(*entry) != 0; });
}

State Epoll::state() const {
  State state;
  state.read.active = has_events();
  return state;
}

Result EventFd::read(std::span<char> into) {
  if (into.size() < sizeof count_) return Result::failure(EINVAL);
  if (count_ == 0) return Result::failure(EAGAIN);
  std::memcpy(into.data(), &count_, sizeof count_);
  count_ = 0;
  tell(false, true);
  return {sizeof count_, 0};
}

Result EventFd::write(std::span<const char> from) {
  std::uint64_t more = 0;
  if (from.size() < sizeof more) return Result::failure(EINVAL);
  std::memcpy(&more, from.data(), sizeof more);
  count_ += more;
  tell(true, false);
  return {sizeof more, 0};
}

State EventFd::state() const {
  State state;
  state.read.active = count_ > 0;
  state.write.active = true;
  return state;
}

}  // namespace conq::sim
