// SPDX-License-Identifier: Apache-2.0
#include "oom_watch.hpp"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "messages.hpp"

namespace conq::conmon {
namespace {

/// All of a file, which the kernel may give in pieces; nothing if it cannot be read.
std::string all_of(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

/// Whether a line `name N` says more than 0.
bool counts(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() == text.size() ? line.size() : line.size() + 1);
    if (line.size() <= name.size() || line.substr(0, name.size()) != name) continue;
    if (line[name.size()] == ' ' && std::atoll(&line[name.size() + 1]) > 0) return true;
  }
  return false;
}

/// Where the kernel counts.
std::string counters_of(const MemoryCgroup& cgroup) {
  return cgroup.directory + (cgroup.v2 ? "/memory.events" : "/memory.oom_control");
}

Fd watch_v2(const std::string& counters) {
  Fd events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (events && ::inotify_add_watch(events.get(), counters.c_str(), IN_MODIFY) < 0) events.reset();
  return events;
}

Fd watch_v1(const std::string& counters, const std::string& registry) {
  Fd events(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const Fd control(::open(counters.c_str(), O_RDONLY | O_CLOEXEC));
  const Fd register_at(::open(registry.c_str(), O_WRONLY | O_CLOEXEC));
  const std::string line = std::to_string(events.get()) + " " + std::to_string(control.get());
  if (::write(register_at.get(), line.data(), line.size()) < 0) events.reset();
  return events;
}

}  // namespace

struct OomWatch::State : std::enable_shared_from_this<State> {
  State(const MemoryCgroup& place, std::function<void()> handler)
      : counters(counters_of(place)), v2(place.v2), told(std::move(handler)) {
    if (!v2) registry = place.directory + "/cgroup.event_control";
  }

  void start(Poller& poller) {
    Fd kernel_events = v2 ? watch_v2(counters) : watch_v1(counters, registry);
    if (!kernel_events) {
      say_debug(counters + " is not watched: " + std::generic_category().message(errno));
      return;
    }
    events = poller.add(std::move(kernel_events));
    read_on();
  }

  void read_on() {
    std::error_code ec;
    events.async_read(
        [weak = weak_from_this()](std::error_code error, std::span<const std::byte> bytes) {
          const auto self = weak.lock();
          if (!self || error || bytes.empty()) return;
          if (self->v2 ? self->counted() : self->means_oom(bytes)) {
            self->tell();
          } else {
            self->read_on();
          }
        },
        ec);
  }

  bool counted() const {
    const std::string text = all_of(counters);
    return counts(text, "oom_kill") || counts(text, "oom");
  }

  /// The end of the cgroup is an event of v1, too, but the only one then.
  bool means_oom(std::span<const std::byte> bytes) const {
    std::uint64_t events_so_far = 0;
    if (bytes.size() >= sizeof events_so_far) {
      std::memcpy(&events_so_far, bytes.data(), sizeof events_so_far);
    }
    return events_so_far > 1 || ::access(registry.c_str(), F_OK) == 0;
  }

  void tell() {
    events = {};
    if (told) std::exchange(told, nullptr)();
  }

  std::string counters;
  std::string registry;  ///< of v1
  bool v2;
  std::function<void()> told;
  Poller::PolledStream events;
};

OomWatch::OomWatch(Poller& poller, pid_t container, std::function<void()> told) {
  const auto cgroup = find_memory_cgroup(all_of("/proc/" + std::to_string(container) + "/cgroup"),
                                         all_of("/proc/self/mountinfo"));
  if (!cgroup) {
    say_debug("no memory cgroup is watched: the container is under none, or has ended");
    return;
  }
  state_ = std::make_shared<State>(*cgroup, std::move(told));
  state_->start(poller);
}

OomWatch::OomWatch(Poller& poller, const MemoryCgroup& cgroup, std::function<void()> told)
    : state_(std::make_shared<State>(cgroup, std::move(told))) {
  state_->start(poller);
}

OomWatch::~OomWatch() = default;

void OomWatch::last_look() {
  const auto state = std::exchange(state_, nullptr);
  if (state && state->counted()) state->tell();
}

void set_oom_score(int adjustment) noexcept {
  const Fd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  const std::string text = std::to_string(adjustment);
  if (::write(file.get(), text.data(), text.size()) >= 0) return;
  say_debug("oom_score_adj " + text + ": " + std::generic_category().message(errno));
}

}  // namespace conq::conmon
