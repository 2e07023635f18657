// SPDX-License-Identifier: Apache-2.0
// Random programs on one simulated kernel; see --help.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "tests/simulation/kernel/dialect.hpp"
#include "tests/simulation/random/isolated.hpp"

namespace conq::sim::random {
namespace {

constexpr const char* help =
    "usage: %s [--seeds FIRST COUNT | --seed N | --forever | --survey FIRST COUNT]\n"
    "  --seeds FIRST COUNT   runs these; the first that fails is shrunk and printed\n"
    "  --seed N              runs one and prints all that happens\n"
    "  --forever             runs one after the other until one fails\n"
    "  --survey FIRST COUNT  runs all, and counts what fails\n"
    "  --seconds S           ends after that time\n"
    "  --broken byte|event   the kernel drops a byte, swallows an event: that has to be noticed\n";

struct Options {
  std::uint64_t first = 1;
  std::uint64_t count = 1000;
  unsigned seconds = 0;
  bool one = false;
  bool survey = false;
  Broken broken = Broken::nothing;
};

[[noreturn]] void refuse(const char* program) {
  std::fprintf(stderr, help, program);
  std::exit(2);
}

Options options_of(int count, char** arguments) {
  Options options;
  for (int at = 1; at < count; ++at) {
    const std::string option = arguments[at];
    const auto number = [&] {
      if (++at >= count) refuse(arguments[0]);
      return std::strtoull(arguments[at], nullptr, 10);
    };
    if (option == "--seeds" || option == "--survey") {
      options.survey = option == "--survey";
      options.first = number();
      options.count = number();
    } else if (option == "--seed") {
      options.one = true;
      options.first = number();
    } else if (option == "--seconds") {
      options.seconds = static_cast<unsigned>(number());
    } else if (option == "--forever") {
      options.count = UINT64_MAX / 2;
    } else if (option == "--broken" && at + 1 < count) {
      options.broken = std::strcmp(arguments[++at], "byte") == 0 ? Broken::byte : Broken::event;
    } else {
      refuse(arguments[0]);
    }
  }
  return options;
}

std::string dialect() { return std::string(built_dialect().name); }

void print(const FailedSeed& failed) {
  std::printf("seed %llu on %s does not hold: %s\n  %s\n",
              static_cast<unsigned long long>(failed.seed), dialect().c_str(),
              failed.failure.rule.c_str(), failed.failure.detail.c_str());
}

void explain(const FailedSeed& failed, Broken broken) {
  print(failed);
  Program program = generate(failed.seed);
  program.broken = broken;
  const Program smaller = shrink(program, failed.failure);
  std::printf("shrunk to %zu actions; %s\n", smaller.actions.size(), describe(smaller).c_str());
  const auto again = run_isolated(smaller, true);
  if (again) std::printf("%s: %s\n", again->rule.c_str(), again->detail.c_str());
}

int run_one(const Options& options) {
  Program program = generate(options.first);
  program.broken = options.broken;
  std::printf("%s", describe(program).c_str());
  const auto failure = run_isolated(program, true);
  if (failure) print({options.first, *failure});
  return failure ? 1 : 0;
}

/// "async read" of "async read 3 on #1".
std::string kind_of(const Failure& failure) {
  const std::string& detail = failure.detail;
  const std::size_t number = detail.find_first_of("0123456789#");
  return ": " + detail.substr(0, number);
}

int survey(const Options& options) {
  std::map<std::string, std::pair<unsigned, std::uint64_t>> found;
  for (std::uint64_t first = options.first; first < options.first + options.count;) {
    std::uint64_t done = 0;
    const auto failed =
        run_seeds(first, options.first + options.count, options.broken, options.seconds, done);
    if (!failed) break;
    auto& [times, seed] = found[failed->failure.rule + kind_of(failed->failure)];
    if (times++ == 0) seed = failed->seed;
    first = failed->seed + 1;
  }
  for (const auto& [rule, each] : found) {
    std::printf("%-12s %6u times, first seed %llu: %s\n", dialect().c_str(), each.first,
                static_cast<unsigned long long>(each.second), rule.c_str());
  }
  return found.empty() ? 0 : 1;
}

int run(const Options& options) {
  if (options.one) return run_one(options);
  if (options.survey) return survey(options);
  std::uint64_t done = 0;
  const auto failed = run_seeds(options.first, options.first + options.count, options.broken,
                                options.seconds, done);
  if (failed) {
    explain(*failed, options.broken);
    return 1;
  }
  std::printf("%llu seeds on %s\n", static_cast<unsigned long long>(done), dialect().c_str());
  return 0;
}

}  // namespace
}  // namespace conq::sim::random

int main(int count, char** arguments) {
  using conq::sim::random::options_of;
  return run(options_of(count, arguments));
}
