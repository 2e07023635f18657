// SPDX-License-Identifier: Apache-2.0
// conq's blocking calls, all on one poller: a thread for each console, and one more in wait().

#include "bench/support/conq_consoles.hpp"
#include "bench/support/thread_each.hpp"

namespace conq::bench {
namespace {

struct PolledTerminal {
  std::size_t read(std::size_t i, std::span<std::byte> into) const {
    return consoles[i].read(into);
  }
  std::size_t write(std::size_t i, std::span<const std::byte> from) const {
    return consoles[i].write(from);
  }

  std::vector<PolledConsole>& consoles;
};

void serve(const Job& job, Session& session, const Options& /*options*/) {
  Poller poller;
  std::vector<PolledConsole> consoles = add_all(poller, job);
  ThreadEach threads(job, session, PolledTerminal{consoles});
  threads.start();
  poller.wait();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
