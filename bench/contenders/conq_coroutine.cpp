// SPDX-License-Identifier: Apache-2.0
// conq with a coroutine for each console.

#include <exception>

#include "bench/support/conq_consoles.hpp"
#include "bench/support/contender.hpp"
#include "conq/task.hpp"

namespace conq::bench {
namespace {

Task<> read_console(const Job& job, Session& session, PolledConsole& console, std::size_t i) {
  OwnBuffer buffer;
  while (const std::size_t count = co_await console.async_read(buffer)) {
    if (!session.took(i, std::span(buffer).first(count))) co_return;
    if (job.is_probe(i)) co_await console.async_write(session.probe());
  }
  session.ended(i);
}

Task<> write_console(Session& session, PolledConsole& console, std::size_t i) {
  for (auto piece = session.next_piece(i); !piece.empty(); piece = session.next_piece(i)) {
    session.wrote(i, co_await console.async_write(piece));
  }
}

void serve(const Job& job, Session& session, const Options& /*options*/) {
  Poller poller;
  std::vector<PolledConsole> consoles = add_all(poller, job);
  const auto start_all = [&] {
    for (std::size_t i = 0; i < job.consoles; ++i) {
      PolledConsole& console = consoles[i];
      conq::start(job.workload == Workload::input ? write_console(session, console, i)
                                                  : read_console(job, session, console, i),
                  [](const std::exception_ptr& failure) {
                    if (failure) std::rethrow_exception(failure);
                  });
    }
  };
  // Registered: the reads wait already. Writes move bytes as soon as they are started.
  if (job.workload != Workload::input) start_all();
  session.start();
  if (job.workload == Workload::input) start_all();
  if (job.workload == Workload::latency) consoles[0].write(session.probe());
  poller.wait();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
