// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace conq::conmon {

/// The directory of the memory controller that a process is under.
struct MemoryCgroup {
  std::string directory;
  bool v2 = true;
};

/// Made of a process' /proc/PID/cgroup and of /proc/self/mountinfo; none if the controller or its
/// mount is missing there.
std::optional<MemoryCgroup> find_memory_cgroup(std::string_view cgroups, std::string_view mounts);

}  // namespace conq::conmon
