// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/random/isolated.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "tests/simulation/random/world.hpp"

namespace conq::sim::random {
namespace {

using Clock = std::chrono::steady_clock;

/// For a single program; a sanitizer makes it slow.
constexpr std::chrono::seconds time_limit(20);
/// One seed in so many is run twice.
constexpr std::uint64_t repeated = 16;

/// What a forked child tells; in memory that both have.
struct Told {
  std::atomic<std::uint64_t> seed;
  std::atomic<bool> failed;
  char rule[100];
  char detail[400];
};

Told& told() {
  static Told* const shared = [] {
    void* const memory =
        ::mmap(nullptr, sizeof(Told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return new (memory) Told{};
  }();
  return *shared;
}

const Trace* printed = nullptr;

void report(const Failure& failure) {
  std::snprintf(told().rule, sizeof told().rule, "%s", failure.rule.c_str());
  std::snprintf(told().detail, sizeof told().detail, "%s", failure.detail.c_str());
  told().failed = true;
  if (printed != nullptr && printed->with_text()) printed->print();
  _exit(1);
}

/// Threads hand over to each other: on one processor that is a mere switch. Sometimes the host may
/// choose anew, as others run there too.
void stay_on_a_processor(bool stay) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (stay) {
    CPU_SET(static_cast<std::size_t>(std::max(0, sched_getcpu())), &set);
  } else {
    for (std::size_t each = 0; each < CPU_SETSIZE; ++each) CPU_SET(each, &set);
  }
  sched_setaffinity(0, sizeof set, &set);
}

/// Runs `body` in a child; what it tells as it fails. `seed` moves on, or it hangs.
template <class Body>
std::optional<Failure> in_child(Body body) {
  told().failed = false;
  told().seed = 0;
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    when_failed(report);
    body();
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  std::uint64_t seed = 0;
  Clock::time_point moved = Clock::now();
  for (useconds_t pause = 50; ::waitpid(child, &status, WNOHANG) == 0;
       pause = std::min<useconds_t>(pause * 2, 20000)) {
    if (told().seed != seed) {
      seed = told().seed;
      moved = Clock::now();
    }
    if (Clock::now() - moved > time_limit) {
      ::kill(child, SIGKILL);
      ::waitpid(child, &status, 0);
      return Failure{"ends", "hangs"};
    }
    ::usleep(pause);
  }
  if (told().failed) return Failure{told().rule, told().detail};
  if (WIFSIGNALED(status)) return Failure{"no crash", ::strsignal(WTERMSIG(status))};
  if (WEXITSTATUS(status) != 0) {
    return Failure{"no crash", "exit status " + std::to_string(WEXITSTATUS(status))};
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t run(const Program& program, bool with_text) {
  Trace trace(with_text);
  printed = &trace;
  {
    World world(program, built_dialect(), trace);
    world.run();
  }
  if (with_text) trace.print();
  printed = nullptr;
  return trace.hash();
}

std::optional<Failure> run_isolated(const Program& program, bool with_text) {
  return in_child([&] {
    stay_on_a_processor(true);
    const std::uint64_t hash = run(program, with_text);
    if (!with_text && run(program, false) != hash)
      fail("the same when repeated", "the trace differs");
  });
}

std::optional<FailedSeed> run_seeds(std::uint64_t first, std::uint64_t last, Broken broken,
                                    unsigned seconds, std::uint64_t& done) {
  const Clock::time_point start = Clock::now();
  const auto failure = in_child([&] {
    for (std::uint64_t seed = first; seed < last; ++seed) {
      told().seed = seed;
      if (seconds != 0 && Clock::now() - start > std::chrono::seconds(seconds)) return;
      if ((seed - first) % 64 == 0) {
        stay_on_a_processor(false);
        stay_on_a_processor(true);
      }
      Program program = generate(seed);
      program.broken = broken;
      const std::uint64_t hash = run(program, false);
      if (seed % repeated == 0 && run(program, false) != hash) {
        fail("the same when repeated", "the trace differs");
      }
    }
    told().seed = last;
  });
  done = told().seed - first;
  if (!failure) return std::nullopt;
  return FailedSeed{told().seed, *failure};
}

namespace {

/// What is taken away changes whose turn it is, so others are tried, too. Changes `program` to what
/// fails.
bool still_fails(Program& program, const Failure& failure) {
  constexpr int tries = 12;
  for (int left = tries; left > 0; --left, ++program.choices) {
    const auto now = run_isolated(program, false);
    if (now && now->rule == failure.rule) return true;
  }
  return false;
}

/// Takes away runs of actions, long ones first.
void drop_actions(Program& program, const Failure& failure) {
  for (std::size_t length = std::max<std::size_t>(program.actions.size() / 2, 1); length > 0;
       length /= 2) {
    for (std::size_t at = 0; at < program.actions.size();) {
      Program smaller = program;
      const auto from = smaller.actions.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t count = std::min(length, program.actions.size() - at);
      smaller.actions.erase(from, from + static_cast<std::ptrdiff_t>(count));
      if (still_fails(smaller, failure)) {
        program = smaller;
      } else {
        at += count;
      }
    }
  }
}

template <class Change>
void simplify(Program& program, const Failure& failure, Change change) {
  Program simpler = program;
  change(simpler);
  if (still_fails(simpler, failure)) program = simpler;
}

void simplify_actions(Program& program, const Failure& failure) {
  for (std::size_t at = 0; at < program.actions.size(); ++at) {
    const auto each = [&](auto change) {
      simplify(program, failure, [&](Program& simpler) { change(simpler.actions[at]); });
    };
    if (program.actions[at].then != Then::nothing) {
      each([](Action& action) { action.then = Then::nothing; });
    }
    if (program.actions[at].repeat != 0) each([](Action& action) { action.repeat = 0; });
    // Reads that take all at once make the shorter trace.
    const Do what = program.actions[at].what;
    const bool reads = what == Do::async_read || what == Do::call_read || what == Do::peer_read;
    const unsigned simple = what == Do::sleep ? 0 : reads ? 4096 : 1;
    if (program.actions[at].amount != simple) {
      each([simple](Action& action) { action.amount = simple; });
    }
  }
}

}  // namespace

Program shrink(Program program, const Failure& failure) {
  simplify(program, failure, [](Program& simpler) { simpler.odd_events = 0; });
  simplify(program, failure, [](Program& simpler) { simpler.interrupted = 0; });
  simplify(program, failure, [](Program& simpler) { simpler.cut_short = 0; });
  simplify(program, failure, [](Program& simpler) { simpler.spurious = 0; });
  simplify(program, failure, [](Program& simpler) { simpler.limited_waits = false; });
  simplify(program, failure, [](Program& simpler) { simpler.nested = false; });
  simplify(program, failure, [](Program& simpler) { simpler.flips = 0; });
  simplify(program, failure, [](Program& simpler) { simpler.preempted = 1U << 20U; });
  if (program.servers > 1)
    simplify(program, failure, [](Program& simpler) { simpler.servers = 1; });
  for (std::size_t before = 0; before != program.actions.size();) {
    before = program.actions.size();
    drop_actions(program, failure);
  }
  simplify_actions(program, failure);
  drop_actions(program, failure);
  return program;
}

}  // namespace conq::sim::random
