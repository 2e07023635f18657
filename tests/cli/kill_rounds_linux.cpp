// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/kill_rounds_linux.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <thread>

#include "tests/cli/descendants_linux.hpp"
#include "tests/cli/traced_linux.hpp"

namespace conq::test {
namespace {

std::optional<unsigned long> number_of(const char* name) {
  const char* const text = std::getenv(name);
  if (text == nullptr) return {};
  return std::stoul(text);
}

std::size_t up_to(Random& random, std::size_t most) {
  return std::uniform_int_distribution<std::size_t>(0, most)(random);
}

}  // namespace

Life measure(const Start& start) {
  Life life;
  const auto begin = std::chrono::steady_clock::now();
  {
    Tool tool(start);
    tool.wait();
  }
  life.time = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  if (!can_trace()) return life;
  Start traced = start;
  traced.prepare = be_traced;
  Tool tool(traced);
  life.calls = pass_system_calls(tool.pid(), static_cast<std::size_t>(-1));
  tool.wait();
  return life;
}

void each_round(const std::function<void(Random&)>& round) {
  const unsigned long rounds = number_of("CONQ_KILL_ROUNDS").value_or(CONQ_KILL_ROUNDS);
  const auto first = static_cast<unsigned>(
      number_of("CONQ_KILL_SEED").value_or(std::random_device()() % 1'000'000));
  std::cout << rounds << " rounds from seed " << first << '\n';
  for (unsigned i = 0; i < rounds && !::testing::Test::HasFailure(); ++i) {
    const std::string again = "CONQ_KILL_ROUNDS=1 CONQ_KILL_SEED=" + std::to_string(first + i);
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, again + " plays this one");
    Random random(first + i);
    round(random);
  }
}

Remains strike_at_random(Random& random, Start start, const Life& life,
                         const std::function<void(Tool&)>& strike) {
  const Descendants descendants;
  const bool at_call = life.calls > 0 && up_to(random, 1) == 0;
  // A few more than were counted: behind the end, too.
  const std::size_t call = up_to(random, life.calls + life.calls / 50);
  const auto after =
      std::chrono::microseconds(up_to(random, static_cast<std::size_t>(life.time.count()) * 5 / 4));
  if (at_call) start.prepare = be_traced;
  Tool tool(start);
  if (at_call) {
    pass_system_calls(tool.pid(), call);
  } else {
    std::this_thread::sleep_for(after);
  }
  strike(tool);
  if (at_call) let_go(tool.pid());
  Remains remains;
  remains.status = tool.wait();
  const bool is_there = tool.terminal().master.fd() >= 0;
  remains.settings_are_back = is_there && settings_of(tool.terminal()) == tool.settings_before();
  remains.left = Descendants::left();
  remains.shown = tool.unseen();
  return remains;
}

Remains signal_at_random(Random& random, const Start& start, const Life& life, int signal) {
  return strike_at_random(random, start, life, [signal](Tool& tool) { tool.signal(signal); });
}

}  // namespace conq::test
