// SPDX-License-Identifier: Apache-2.0
// Thousands of consoles at once, for as long as is wanted; see --help.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "tests/load/load.hpp"

namespace {

/// What CTest takes for a test that was skipped.
constexpr int skipped = 77;

int run(const conq::load::LoadOptions& options) {
  try {
    conq::load::run_load(options);
    return 0;
  } catch (const conq::load::Lacking& lacking) {
    std::fprintf(stderr, "load: not possible here: %s\n", lacking.what());
    return skipped;
  } catch (const std::exception& broken) {
    std::fprintf(stderr, "load: BROKEN (--seed %llu): %s\n",
                 static_cast<unsigned long long>(options.seed), broken.what());
    return 1;
  }
}

}  // namespace

int main(int count, char** arguments) {
  conq::load::LoadOptions options;
  long long seconds = options.duration.count();
  CLI::App app{
      "Serves many consoles at once on one poller: read and written by handlers, coroutines and\n"
      "threads that block, while other processes write and read their slaves, hang up, reopen, "
      "and\n"
      "while they are resized, shut down and replaced. In between all rest, and nothing may move."};
  app.add_option("--consoles", options.consoles, "How many at once")->capture_default_str();
  app.add_option("--duration", seconds, "For how many seconds")->capture_default_str();
  app.add_option("--seed", options.seed, "What is done to which console")->capture_default_str();
  app.add_option("--blocking", options.blocking, "Of the consoles: with two threads that block")
      ->capture_default_str();
  app.add_option("--servers", options.servers, "Threads in wait()")->capture_default_str();
  app.add_option("--processes", options.processes, "Processes that have the slaves")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app.add_flag("--verbose", options.verbose, "Say what is going on");
  app.footer(
      "Exit status: 0; 1 for a promise that is not kept; 77 where the kernel's limits are\n"
      "too low.");
  CLI11_PARSE(app, count, arguments);
  options.duration = std::chrono::seconds(seconds);
  const int status = run(options);
  if (status == 0) return 0;
  // Threads that wait in vain may be left.
  std::fflush(nullptr);
  ::_exit(status);
}
