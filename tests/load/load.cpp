// SPDX-License-Identifier: Apache-2.0
#include "tests/load/load.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <numeric>
#include <thread>

#include "tests/load/far_ends.hpp"
#include "tests/load/loaded_console.hpp"
#include "tests/load/own_process.hpp"
#include "tests/load/patience.hpp"

namespace conq::load {
namespace {

using Clock = std::chrono::steady_clock;

/// Orders to the processes at the slaves that are under way at once.
constexpr std::size_t batch_size = 48;
/// Ours besides the consoles: the poller's, those of the processes at the slaves, the standard
/// ones.
constexpr std::size_t other_descriptors = 100;

/// Live memory may grow by so much between the first quarter and the end: less than a pointer for
/// each console that was opened meanwhile.
constexpr std::size_t memory_tolerance = 32768;

struct Figures {
  std::uint64_t opened = 0, hangups = 0, reopens = 0, resizes = 0, shutdowns = 0;
  std::uint64_t from_slaves = 0, to_slaves = 0;  // of those that are shut down
  std::size_t descriptors = 0;
  std::size_t live_first = 0, live_last = 0, resident_first = 0, resident_last = 0;
  std::size_t rests = 0;
};

struct Slot {
  std::unique_ptr<LoadedConsole> console;
  bool open = false;  ///< the slave
};

/// A thread in wait() for as long as it lives.
class Server {
 public:
  explicit Server(Poller& poller) : poller_(poller), thread_([this] { run(); }) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    std::error_code closed_already;
    poller_.close(closed_already);
    thread_.join();
  }

 private:
  void run() {
    const WatchedThread watched;
    poller_.wait();
  }
  Poller& poller_;
  std::thread thread_;
};

std::uint64_t number_in(const char* path) {
  std::ifstream file(path);
  std::uint64_t number = 0;
  file >> number;
  return number;
}

void need_ptys(std::size_t wanted) {
  const std::uint64_t most = number_in("/proc/sys/kernel/pty/max");
  const std::uint64_t used = number_in("/proc/sys/kernel/pty/nr");
  if (most != 0 && used + wanted > most) {
    throw Lacking(
        fmt::format("kernel.pty.max is {}, {} are used, {} are needed", most, used, wanted));
  }
}

void need_descriptors(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return;
  const rlimit raised{wanted, std::max<rlim_t>(wanted, limit.rlim_max)};
  if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) {
    throw Lacking(fmt::format("of {} open files {} are allowed", wanted, limit.rlim_max));
  }
}

class Load {
 public:
  explicit Load(const LoadOptions& options)
      : options_(options),
        random_(options.seed),
        pattern_(options.seed),
        slots_(options.consoles),
        far_ends_(options.processes, options.consoles, pattern_, options.seed) {
    for (std::size_t i = 0; i < options.servers; ++i) {
      servers_.push_back(std::make_unique<Server>(poller_));
    }
  }

  void run();
  void print() const;

 private:
  enum class Action { hang_up, reopen, resize, replace_hung_up, replace };

  Callers callers_of(std::size_t slot) const;
  void make(std::size_t slot);
  void retire(std::size_t slot, const Report& report, bool was_open);
  [[noreturn]] void broken(std::size_t slot, const std::string& what) const;

  /// Gives orders for all of `slots`, some at a time, and hands their reports to `use`.
  void each(const std::vector<std::size_t>& slots, const std::function<void(std::size_t)>& order,
            const std::function<void(std::size_t, const Report&)>& use);
  void open(const std::vector<std::size_t>& slots);
  void close(const std::vector<std::size_t>& slots);
  void check(std::size_t slot, const Report& report) const;
  std::vector<std::size_t> slots_that(bool open) const;

  void storm(Clock::time_point until);
  Action choose(const Slot& slot);
  void begin(std::size_t slot, Action action);
  void end(std::size_t slot, Action action, const Report& report);

  void rest(bool last_of_first_quarter, bool with_writers);
  void settle();
  bool settled(std::uint64_t& moved);
  void measure(bool first);
  void expect_rest(const char* when);
  void tell(std::string_view what) const;

  const LoadOptions options_;
  std::mt19937_64 random_;
  const Pattern pattern_;
  std::vector<Slot> slots_;
  FarEnds far_ends_;  // forks, so before there are threads
  Poller poller_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::size_t own_descriptors_ = 0;
  Clock::time_point start_ = Clock::now();
  Figures figures_;
};

void Load::run() {
  own_descriptors_ = open_descriptors();
  std::vector<std::size_t> all(slots_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (const std::size_t slot : all) make(slot);
  open(all);

  const auto rounds = std::max<std::chrono::seconds::rep>(4, options_.duration.count() / 15);
  start_ = Clock::now();
  Clock::duration last_rest = options_.duration / rounds / 2;
  for (auto round = 0; round < rounds; ++round) {
    const auto end_of_round = start_ + options_.duration * (round + 1) / rounds;
    tell("a storm");
    storm(std::max(end_of_round - last_rest, Clock::now() + options_.duration / rounds / 8));
    const auto resting = Clock::now();
    rest(round == rounds / 4 - 1 || round == 0, round % 2 != 0);
    last_rest = Clock::now() - resting;
  }
  open(slots_that(false));
  settle();
  measure(false);
  close(slots_that(true));
  each(
      all, [this](std::size_t slot) { far_ends_.ask(slot); },
      [this](std::size_t slot, const Report& report) { retire(slot, report, false); });
  if (open_descriptors() != own_descriptors_) throw Broken("descriptors are left");
}

Callers Load::callers_of(std::size_t slot) const {
  // As many of each other kind, whoever blocks.
  if (slot < options_.blocking) return Callers::threads;
  return std::array{Callers::lent_handlers, Callers::handlers, Callers::coroutines}[slot % 3];
}

void Load::make(std::size_t slot) {
  try {
    slots_[slot].console =
        LoadedConsole::make(poller_, pattern_, ++figures_.opened, callers_of(slot));
  } catch (const Error& error) {
    // Others may have taken what there was when it was looked at.
    if (error.code() == std::errc::no_space_on_device) throw Lacking(error.what());
    throw;
  }
}

void Load::broken(std::size_t slot, const std::string& what) const {
  const LoadedConsole& console = *slots_[slot].console;
  constexpr std::array names{"lent handlers", "handlers", "coroutines", "threads"};
  throw Broken(fmt::format("console {} ({}, {}, read by {}): {}", console.number(),
                           console.slave_name(), slots_[slot].open ? "open" : "hung up",
                           names.at(static_cast<std::size_t>(callers_of(slot))), what));
}

void Load::each(const std::vector<std::size_t>& slots,
                const std::function<void(std::size_t)>& order,
                const std::function<void(std::size_t, const Report&)>& use) {
  for (std::size_t from = 0; from < slots.size(); from += batch_size) {
    const auto some = std::span(slots).subspan(from, std::min(batch_size, slots.size() - from));
    for (const std::size_t slot : some) order(slot);
    std::vector<Report> reports;
    reports.reserve(some.size());
    for (const std::size_t slot : some) reports.push_back(far_ends_.report(slot));
    for (std::size_t i = 0; i < some.size(); ++i) use(some[i], reports[i]);
  }
}

void Load::open(const std::vector<std::size_t>& slots) {
  each(
      slots,
      [this](std::size_t slot) {
        const LoadedConsole& console = *slots_[slot].console;
        far_ends_.open(slot, console.number(), console.slave_name());
      },
      [this](std::size_t slot, const Report& report) {
        if (report.failed) broken(slot, "its slave cannot be opened");
        slots_[slot].open = true;
        check(slot, report);
      });
}

void Load::close(const std::vector<std::size_t>& slots) {
  each(
      slots, [this](std::size_t slot) { far_ends_.close(slot); },
      [this](std::size_t slot, const Report& report) {
        slots_[slot].open = false;
        check(slot, report);
      });
}

/// What holds at any time.
void Load::check(std::size_t slot, const Report& report) const {
  const LoadedConsole& console = *slots_[slot].console;
  if (console.wrong()) {
    broken(slot, fmt::format("bytes that its slave did not write, or a wrong end, up to byte {}",
                             console.received()));
  }
  if (report.wrong) {
    broken(slot, fmt::format("bytes came to its slave that were not written, up to byte {}",
                             report.received));
  }
}

std::vector<std::size_t> Load::slots_that(bool open) const {
  std::vector<std::size_t> found;
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].open == open) found.push_back(slot);
  }
  return found;
}

/// Shuts down a console of which its slave has said the last word.
void Load::retire(std::size_t slot, const Report& report, bool was_open) {
  LoadedConsole& console = *slots_[slot].console;
  if (console.console() && !console.end(true))
    broken(slot, "a read or a write outlives its shutdown");
  ++figures_.shutdowns;
  check(slot, report);
  // Where the slave was open it wrote on when nobody read any more.
  if (was_open ? console.received() > report.sent : console.received() != report.sent) {
    broken(slot, fmt::format("of {} bytes {} came", report.sent, console.received()));
  }
  if (console.sent() < report.received) {
    broken(slot, fmt::format("of {} bytes {} came to its slave", console.sent(), report.received));
  }
  figures_.from_slaves += console.received();
  figures_.to_slaves += console.sent();
  slots_[slot].console.reset();
}

void Load::storm(Clock::time_point until) {
  for (const Slot& slot : slots_) slot.console->write_on();
  far_ends_.resume();
  std::vector<std::size_t> order(slots_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    std::vector<std::size_t> chosen;
    std::sample(order.begin(), order.end(), std::back_inserter(chosen), batch_size, random_);
    std::vector<Action> actions;
    for (const std::size_t slot : chosen) actions.push_back(choose(slots_[slot]));
    std::size_t begun = 0;
    std::size_t ended = 0;
    std::vector<std::size_t> replaced;
    each(
        chosen, [&](std::size_t slot) { begin(slot, actions[begun++]); },
        [&](std::size_t slot, const Report& report) {
          end(slot, actions[ended++], report);
          if (!slots_[slot].console) replaced.push_back(slot);
        });
    for (const std::size_t slot : replaced) make(slot);
    open(replaced);
    for (const std::size_t slot : replaced) slots_[slot].console->write_on();
  } while (Clock::now() < until);
}

Load::Action Load::choose(const Slot& slot) {
  switch (random_() % 8) {
    case 0:
      return Action::replace;
    case 1:
      return Action::replace_hung_up;
    case 2:
    case 3:
      return Action::resize;
    default:
      return slot.open ? Action::hang_up : Action::reopen;
  }
}

void Load::begin(std::size_t slot, Action action) {
  LoadedConsole& console = *slots_[slot].console;
  switch (action) {
    case Action::hang_up:
    case Action::replace_hung_up:
      return far_ends_.close(slot);
    case Action::reopen:
      return far_ends_.open(slot, console.number(), console.slave_name());
    case Action::resize:
      console.console().resize({static_cast<std::uint16_t>(1 + random_() % 1000), 80, 0, 0});
      return far_ends_.ask(slot);
    case Action::replace:
      if (slots_[slot].open && !console.end(false)) {
        broken(slot, "a read or a write outlives its close");
      }
      return far_ends_.close(slot);
  }
}

void Load::end(std::size_t slot, Action action, const Report& report) {
  check(slot, report);
  const bool was_open = std::exchange(slots_[slot].open, false);
  switch (action) {
    case Action::hang_up:
      ++figures_.hangups;
      return;
    case Action::reopen:
      ++figures_.reopens;
      slots_[slot].open = true;
      if (report.failed) broken(slot, "its slave cannot be opened again");
      return;
    case Action::resize: {
      ++figures_.resizes;
      slots_[slot].open = was_open;
      const WinSize size = slots_[slot].console->console().size();
      if (was_open && (report.rows != size.rows || report.cols != size.cols)) {
        broken(slot, fmt::format("{} rows at the master, {} at the slave", size.rows, report.rows));
      }
      return;
    }
    case Action::replace_hung_up:
      return retire(slot, report, false);
    case Action::replace:
      return retire(slot, report, was_open);
  }
}

void Load::rest(bool first, bool with_writers) {
  tell("all slaves are opened");
  open(slots_that(false));
  tell("what was written is to come");
  settle();
  tell("rest");
  expect_rest("all are idle");
  measure(first);
  tell("all are hung up");
  close(slots_that(true));
  settle();
  tell("rest");
  expect_rest("all are hung up");
  if (!with_writers) return;
  for (const Slot& slot : slots_) slot.console->write_on();
  expect_rest("all are hung up, and written until they are full");
}

/// Lets nobody write any more, and waits until all that was written has come.
void Load::settle() {
  for (const Slot& slot : slots_) slot.console->pause();
  far_ends_.pause();
  std::uint64_t moved = 0;
  auto last_moved = Clock::now();
  for (std::uint64_t moved_before = 0; !settled(moved); moved_before = moved) {
    if (moved != moved_before) last_moved = Clock::now();
    if (Clock::now() - last_moved < patience) continue;
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      far_ends_.ask(slot);
      const Report report = far_ends_.report(slot);
      const LoadedConsole& console = *slots_[slot].console;
      if (console.received() != report.sent || console.sent() != report.received) {
        broken(slot, fmt::format("of {} bytes {} came; of {} to its slave {}", report.sent,
                                 console.received(), console.sent(), report.received));
      }
      if (console.writing()) broken(slot, "a write waits though there is room");
    }
  }
}

/// `moved` tells how far all of it is.
bool Load::settled(std::uint64_t& moved) {
  bool all = true;
  moved = 0;
  std::vector<std::size_t> slots(slots_.size());
  std::iota(slots.begin(), slots.end(), std::size_t{0});
  each(
      slots, [this](std::size_t slot) { far_ends_.ask(slot); },
      [&](std::size_t slot, const Report& report) {
        check(slot, report);
        const LoadedConsole& console = *slots_[slot].console;
        moved += console.received() + report.received;
        // Who has hung up reads no more.
        const bool read = !slots_[slot].open || console.sent() == report.received;
        all = all && console.received() == report.sent && read && !console.writing();
      });
  return all;
}

void Load::measure(bool first) {
  const std::size_t descriptors = open_descriptors();
  figures_.descriptors = std::max(figures_.descriptors, descriptors);
  if (descriptors != own_descriptors_ + slots_.size()) {
    throw Broken(
        fmt::format("{} descriptors are open, {} of them no console's; {} in the beginning",
                    descriptors, descriptors - slots_.size(), own_descriptors_));
  }
  figures_.live_last = live_memory();
  figures_.resident_last = resident_memory();
  if (first) {
    figures_.live_first = figures_.live_last;
    figures_.resident_first = figures_.resident_last;
  }
  if (figures_.live_last > figures_.live_first + memory_tolerance) {
    throw Broken(fmt::format("{} bytes of memory are in use, {} after the first quarter",
                             figures_.live_last, figures_.live_first));
  }
}

/// No thread of ours runs for the whole time of a look, whatever else the machine does.
void Load::expect_rest(const char* when) {
  const std::chrono::seconds look(options_.duration >= std::chrono::seconds(30) ? 2 : 1);
  const auto end = Clock::now() + patience;
  for (;;) {
    const Activity before = activity_of_watched();
    std::this_thread::sleep_for(look);
    const Activity after = activity_of_watched();
    const auto used = after.processor_time - before.processor_time;
    const long turns = after.waits - before.waits;
    if (used.count() == 0 && turns == 0) break;
    if (Clock::now() > end) {
      throw Broken(fmt::format("while {}, {} threads used {} us in {} s, and woke {} times", when,
                               after.threads, used.count() / 1000, look.count(), turns));
    }
  }
  ++figures_.rests;
}

void Load::tell(std::string_view what) const {
  if (!options_.verbose) return;
  const std::chrono::duration<double> since = Clock::now() - start_;
  fmt::print(stderr, "{:8.3f} s: {}\n", since.count(), what);
}

void Load::print() const {
  constexpr double mega = 1e6;
  fmt::print("consoles at once           {}, {} of them by threads that block, seed {}\n",
             slots_.size(), std::min(options_.blocking, slots_.size()), options_.seed);
  fmt::print("consoles opened            {}\n", figures_.opened);
  fmt::print("  shut down                {}\n", figures_.shutdowns);
  fmt::print("  hangups, reopens         {}, {}\n", figures_.hangups, figures_.reopens);
  fmt::print("  resizes                  {}\n", figures_.resizes);
  fmt::print("MB from, to slaves         {:.1f}, {:.1f}\n",
             static_cast<double>(figures_.from_slaves) / mega,
             static_cast<double>(figures_.to_slaves) / mega);
  fmt::print("descriptors at rest        {}\n", figures_.descriptors);
  fmt::print("MB in use: 1st quarter, end {:.3f}, {:.3f}\n",
             static_cast<double>(figures_.live_first) / mega,
             static_cast<double>(figures_.live_last) / mega);
  fmt::print("MB resident: the same      {:.1f}, {:.1f}\n",
             static_cast<double>(figures_.resident_first) / mega,
             static_cast<double>(figures_.resident_last) / mega);
  fmt::print("looks at rest: no turn, no processor time  {}\n", figures_.rests);
}

}  // namespace

void run_load(const LoadOptions& options) {
  need_ptys(options.consoles + 1);
  need_descriptors(options.consoles + other_descriptors);
  auto load = std::make_unique<Load>(options);
  try {
    load->run();
  } catch (...) {
    // Its threads may wait for what never comes: to join them would hide what is wrong.
    static_cast<void>(load.release());
    throw;
  }
  load->print();
}

}  // namespace conq::load
