// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "bench/support/job.hpp"
#include "conq/conq.hpp"

namespace conq::bench {

inline std::vector<PolledConsole> add_all(Poller& poller, const Job& job) {
  const Hangup hangup = job.workload == Workload::hung ? Hangup::wait : Hangup::end;
  std::vector<PolledConsole> consoles;
  consoles.reserve(job.consoles);
  for (std::size_t i = 0; i < job.consoles; ++i) {
    consoles.push_back(poller.add(Console::from_fd(Fd(job.fd(i))), {.hangup = hangup}));
  }
  return consoles;
}

}  // namespace conq::bench
