// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/random/world.hpp"

#include "tests/simulation/kernel/epoll.hpp"

namespace conq::sim::random {
namespace {

/// More than any program needs: it spins.
constexpr std::uint64_t most_turns = 300000;

thread_local bool in_wait = false;

Dialect flipped(const Dialect& dialect, std::uint64_t flips) {
  Dialect made = dialect;
  unsigned bit = 0;
  for (const Fact& fact : facts_of(dialect.name)) {
    if (fact.guess && ((flips >> (bit++ % 64U)) & 1U) != 0U) made.*fact.field = !(made.*fact.field);
  }
  return made;
}

}  // namespace

World::World(const Program& program, const Dialect& dialect, Trace& trace)
    : program_(program),
      trace_(trace),
      choices_(program.choices),
      kernel_(flipped(dialect, program.flips)),
      oracle_(kernel_, trace) {
  Kernel::set_current(&kernel_);
  plan_faults();
}

World::~World() { Kernel::set_current(nullptr); }

void World::run() {
  poller_.emplace();
  std::error_code not_supported;
  if (program_.nested) poller_->native_handle(not_supported);
  const std::size_t own = registrations();
  const std::size_t own_descriptors = kernel_.open_descriptors();
  callers_.resize(callers);
  std::vector<std::pair<std::string, std::function<void()>>> threads;
  threads.emplace_back("driver", [this] { driver(); });
  for (unsigned each = 0; each < program_.servers; ++each) {
    threads.emplace_back("server " + std::to_string(each), [this] { server(); });
  }
  for (unsigned each = 0; each < callers; ++each) {
    threads.emplace_back("caller " + std::to_string(each),
                         [this, each] { caller(callers_[each]); });
  }
  const std::function<bool()> idle = [this] {
    oracle_.idle(program_.servers > 0);
    return false;
  };
  const auto choose = [this](std::size_t count) {
    return static_cast<std::size_t>(choices_.below(static_cast<unsigned>(count)));
  };
  const auto stays = [this] {
    if (++turns_ > most_turns) fail("ends", "it spins: " + std::to_string(turns_) + " turns");
    return !choices_.once_in(program_.preempted);
  };
  const Scheduler::Stuck stuck = Scheduler::run(std::move(threads), choose, idle, stays);
  if (!stuck.threads.empty()) {
    std::string names;
    for (const std::string& each : stuck.threads) names += each + " ";
    fail("ends", "for ever wait: " + names);
  }
  check_leftovers(own);
  in_wait = true;
  poller_.reset();
  in_wait = false;
  channels_.clear();
  oracle_.at_the_end();
  if (kernel_.open_descriptors() != 0) {
    fail("no descriptor is left", std::to_string(kernel_.open_descriptors()) + " of at first " +
                                      std::to_string(own_descriptors));
  }
  if (kernel_.counts.waits > kernel_.counts.activations + oracle_.injected) {
    fail("each waking has a cause", std::to_string(kernel_.counts.waits) + " for " +
                                        std::to_string(kernel_.counts.activations) + " events");
  }
  trace_.note("ends", -1, static_cast<std::int64_t>(kernel_.counts.calls),
              static_cast<std::int64_t>(kernel_.counts.activations));
}

std::size_t World::registrations() const {
  std::size_t found = 0;
  for (int fd = first_descriptor; fd < first_descriptor + 100; ++fd) {
    const std::shared_ptr<File> file = kernel_.find(fd);
    if (const auto* queue = dynamic_cast<Kqueue*>(file.get())) found += queue->knotes();
    if (const auto* queue = dynamic_cast<Epoll*>(file.get())) found += queue->registrations();
  }
  return found;
}

void World::check_leftovers(std::size_t own) {
  if (registrations() == own) return;
  fail("no registration is left", std::to_string(registrations() - own) + " are");
}

void World::driver() {
  for (const Action& each : program_.actions) {
    if (trace_.with_text()) trace_.note(describe(each));
    act(each);
    Scheduler::turn();
  }
  // Whoever could go on by then does.
  Scheduler::wait([] { return false; }, Scheduler::now() + std::chrono::seconds(14));
  finish();
}

void World::finish() {
  const bool channels_first = (program_.choices & 1U) != 0U;
  for (int round = 0; round < 2; ++round) {
    if ((round == 0) == channels_first) {
      for (auto& [number, channel] : channels_) close(channel);
    } else {
      trace_.note("closes the poller", -1);
      for (auto& [number, channel] : channels_) oracle_.shuts_down(*channel.side);
      poller_->close();
    }
  }
  finished_ = true;
}

void World::server() {
  in_wait = true;
  for (bool last = false; !last;) {
    // Closed: a last wait() returns once nothing is pending.
    last = finished_;
    try {
      std::error_code ec;
      if (program_.limited_waits && !last) {
        poller_->wait_for(std::chrono::milliseconds(400), ec);
      } else {
        poller_->wait(ec);
      }
      if (ec) fail("wait() does not fail", ec.message());
    } catch (const LeavesWait&) {
      trace_.note("a handler threw", -1);
      last = false;
    }
    Scheduler::turn();
  }
  in_wait = false;
}

void World::caller(Caller& me) {
  for (;;) {
    Scheduler::wait([&] { return finished_ || !me.todo.empty(); }, std::nullopt);
    if (me.todo.empty()) return;
    const Action action = me.todo.front();
    me.todo.erase(me.todo.begin());
    me.busy = true;
    make_call(channels_.at(action.channel), action);
    me.busy = false;
  }
}

bool in_a_wait() { return in_wait; }

}  // namespace conq::sim::random
