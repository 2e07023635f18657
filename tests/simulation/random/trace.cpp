// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/random/trace.hpp"

#include <unistd.h>

#include <cstdio>

#include "tests/simulation/kernel/scheduler.hpp"

namespace conq::sim::random {
namespace {

void (*reporter)(const Failure&) = nullptr;

}  // namespace

void Trace::note(std::string_view what, int channel, std::int64_t first, std::int64_t second) {
  for (const char each : what) mix(static_cast<unsigned char>(each));
  mix(static_cast<std::uint64_t>(channel));
  mix(static_cast<std::uint64_t>(first));
  mix(static_cast<std::uint64_t>(second));
  if (!with_text_) return;
  std::string line(what);
  if (channel >= 0) line += " #" + std::to_string(channel);
  line += " " + std::to_string(first) + " " + std::to_string(second);
  note(line);
}

void Trace::note(const std::string& text) {
  if (!with_text_) return;
  std::string when = "            ";
  if (Scheduler::here()) {
    const auto since = Scheduler::now().time_since_epoch() - std::chrono::hours(1);
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
    std::snprintf(when.data(), when.size(), "%11.3f", static_cast<double>(micros) / 1000);
    when.back() = ' ';
  }
  lines_.push_back(when + Scheduler::name() + ": " + text);
}

void Trace::print() const {
  for (const std::string& each : lines_) std::printf("%s\n", each.c_str());
  std::fflush(stdout);
}

void when_failed(void (*report)(const Failure& failure)) { reporter = report; }

void fail(std::string_view rule, const std::string& detail) {
  if (reporter != nullptr) reporter({std::string(rule), detail});
  _exit(1);
}

}  // namespace conq::sim::random
