// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/transcript/queue.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <span>

#include "tests/simulation/transcript/say.hpp"
#include "tests/support/read_until.hpp"

namespace conq::transcript {

std::uint32_t all_edges() { return EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET; }

Queue::Queue(std::string name) : end_(std::move(name), ::epoll_create1(EPOLL_CLOEXEC)) {}

void Queue::control(int operation, const std::string& asked, const End& end, std::uint32_t events) {
  // By the order of their naming, so that a name stays that of its registration.
  const std::uint64_t token = names_.size();
  epoll_event event{};
  event.events = events;
  event.data.u64 = token;
  const int result = ::epoll_ctl(end_.fd(), operation, end.fd(), &event);
  say(end_.name() + " " + asked + " " + end.name(), outcome(result));
  if (result == 0) names_[token] = end.name();
}

void Queue::add(const End& end, std::uint32_t events) {
  control(EPOLL_CTL_ADD, "ADD", end, events);
}

void Queue::modify(const End& end, std::uint32_t events) {
  control(EPOLL_CTL_MOD, "MOD", end, events);
}

void Queue::remove(const End& end) { control(EPOLL_CTL_DEL, "DEL", end, 0); }

void Queue::collect(const std::string& asked, int room, int milliseconds) {
  std::array<epoll_event, 16> found{};
  const int count = ::epoll_wait(end_.fd(), found.data(), room, milliseconds);
  std::string text;
  for (const epoll_event& each : std::span(found).first(count > 0 ? std::size_t(count) : 0)) {
    if (!text.empty()) text += ", ";
    text += names_.at(each.data.u64) + " " + event_names(each.events);
  }
  if (count < 0) text = error_name(errno);
  say(end_.name() + " " + asked, text.empty() ? "nothing" : text);
}

void Queue::events(int room) { collect("events", room, 0); }

void Queue::await() {
  collect("await", 16, static_cast<int>(std::chrono::milliseconds(test::deadline).count()));
}

}  // namespace conq::transcript
