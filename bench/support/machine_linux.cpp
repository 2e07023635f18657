// SPDX-License-Identifier: Apache-2.0
#include <ctime>
#include <fstream>
#include <limits>
#include <string>

#include "bench/support/machine.hpp"

namespace conq::bench {
namespace {

/// Adds up the lines of a file of /proc that begin with `name`.
std::uint64_t sum_of(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  std::uint64_t sum = 0;
  for (std::string key; file >> key;) {
    std::uint64_t value = 0;
    if (key.starts_with(name) && file >> value) sum += value;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return sum;
}

}  // namespace

CpuTimes cpu_times() {
  std::ifstream file("/proc/stat");
  std::string name;
  file >> name;
  CpuTimes times;
  // user nice system idle iowait irq softirq steal; what follows is in the first two already.
  for (int column = 0; column < 8; ++column) {
    std::uint64_t value = 0;
    file >> value;
    times.all += value;
    if (column == 3 || column == 4) times.idle += value;
  }
  return times;
}

Memory memory_of(pid_t process) {
  const std::string folder = "/proc/" + std::to_string(process);
  return {sum_of(folder + "/status", "VmHWM:"), sum_of(folder + "/smaps_rollup", "Private_"),
          sum_of(folder + "/smaps_rollup", "Pss:")};
}

std::uint64_t cpu_time_of(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0) return 0;
  ::clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace conq::bench
