// SPDX-License-Identifier: Apache-2.0
#include "bench/support/session.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <limits>

#include "bench/support/report.hpp"
#include "tests/support/counted_new.hpp"

namespace conq::bench {
namespace {

std::uint64_t clock_now() {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::uint64_t nanoseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_usec) * 1'000;
}

}  // namespace

Usage Usage::now() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return {.wall = clock_now(),
          .user = nanoseconds(used.ru_utime),
          .system = nanoseconds(used.ru_stime),
          .voluntary = static_cast<std::uint64_t>(used.ru_nvcsw),
          .involuntary = static_cast<std::uint64_t>(used.ru_nivcsw),
          .allocations = static_cast<std::uint64_t>(test::allocations())};
}

Session::Session(const Job& job)
    : job_(job), pattern_(job.line), streams_(job.consoles), open_(job.consoles) {
  if (job.workload == Workload::latency) echoes_.reserve(1'000'000);
}

void Session::start() {
  machine_ = cpu_times();
  began_ = Usage::now();
  ::close(job_.start_fd);
}

bool Session::took(std::size_t console, std::span<const std::byte> bytes) {
  if (job_.is_probe(console)) {
    echoed();
    return true;
  }
  Stream& stream = streams_[console];
  if (!Pattern::fits(console, stream.position, bytes)) wrong_.fetch_add(1);
  stream.position += bytes.size();
  ++stream.operations;
  if (stream.position != job_.bytes) return true;
  one_done();
  return false;
}

void Session::ended(std::size_t console) {
  if (job_.workload == Workload::hung || streams_[console].position >= job_.bytes) return;
  one_done();
}

std::span<const std::byte> Session::next_piece(std::size_t console) const {
  const std::uint64_t position = streams_[console].position;
  const std::uint64_t left = std::min(job_.bytes - position, job_.line - position % job_.line);
  return pattern_.piece(console, position, left);
}

void Session::wrote(std::size_t console, std::size_t count) {
  Stream& stream = streams_[console];
  stream.position += count;
  ++stream.operations;
  if (stream.position == job_.bytes) one_done();
}

std::span<const std::byte> Session::probe() {
  sent_ = clock_now();
  return probe_;
}

void Session::echoed() {
  const std::uint64_t now = clock_now();
  constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  echoes_.push_back(static_cast<std::uint32_t>(std::min(now - sent_, most)));
  if (now - began_.wall >= job_.milliseconds * 1'000'000) finish();
}

void Session::one_done() {
  if (open_.fetch_sub(1) == 1) finish();
}

void Session::finish() {
  const Usage ended = Usage::now();
  const CpuTimes machine = cpu_times();
  Report report;
  std::uint64_t bytes = 0;
  std::uint64_t operations = 0;
  for (const Stream& stream : streams_) {
    bytes += stream.position;
    operations += stream.operations;
  }
  report.add("bytes", bytes);
  if (job_.bytes != 0) report.add("expected", job_.bytes * job_.consoles);
  report.add("wrong", wrong_);
  report.add("operations", operations);
  report.add("wall_ns", ended.wall - began_.wall);
  report.add("user_ns", ended.user - began_.user);
  report.add("system_ns", ended.system - began_.system);
  report.add("voluntary_switches", ended.voluntary - began_.voluntary);
  report.add("involuntary_switches", ended.involuntary - began_.involuntary);
  report.add("allocations", ended.allocations - began_.allocations);
  report.add("machine_idle", machine.idle - machine_.idle);
  report.add("machine_all", machine.all - machine_.all);
  report.add("peak_kib", memory_of(::getpid()).peak);
  if (!echoes_.empty()) add_latency(report);
  std::cout << report.text() << std::flush;
  // At once: what a contender needs to come down is not measured.
  std::_Exit(EXIT_SUCCESS);
}

void Session::add_latency(Report& report) {
  std::sort(echoes_.begin(), echoes_.end());
  const auto at_share = [this](double share) {
    return echoes_[static_cast<std::size_t>(share * static_cast<double>(echoes_.size() - 1))];
  };
  report.add("echoes", echoes_.size());
  report.add("p50_ns", at_share(0.5));
  report.add("p99_ns", at_share(0.99));
  report.add("p999_ns", at_share(0.999));
}

}  // namespace conq::bench
