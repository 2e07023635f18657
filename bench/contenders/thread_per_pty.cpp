// SPDX-License-Identifier: Apache-2.0
// A thread for each console, in blocking reads or writes.

#include <unistd.h>

#include <thread>
#include <vector>

#include "bench/support/contender.hpp"

namespace conq::bench {
namespace {

void read_console(const Job& job, Session& session, std::size_t i) {
  SharedBuffer buffer;  // of this thread; its pages cost nothing before they are used
  bool more = true;
  if (job.is_probe(i)) static_cast<void>(::write(job.fd(i), session.probe().data(), 1));
  while (more) {
    const ssize_t count = ::read(job.fd(i), buffer.data(), buffer.size());
    if (count <= 0) {
      session.ended(i);
      return;
    }
    more = session.took(i, std::span(buffer).first(static_cast<std::size_t>(count)));
    if (job.is_probe(i)) static_cast<void>(::write(job.fd(i), session.probe().data(), 1));
  }
}

void write_console(const Job& job, Session& session, std::size_t i) {
  for (auto piece = session.next_piece(i); !piece.empty(); piece = session.next_piece(i)) {
    const ssize_t count = ::write(job.fd(i), piece.data(), piece.size());
    if (count <= 0) return;
    session.wrote(i, static_cast<std::size_t>(count));
  }
}

void serve(const Job& job, Session& session) {
  // The threads are there before the clock runs, as the registrations of the others are.
  std::vector<std::thread> threads;
  const bool reads = job.workload != Workload::input;
  if (!reads) session.start();
  for (std::size_t i = 0; i < job.consoles; ++i) {
    threads.emplace_back([&job, &session, i, reads] {
      if (reads) {
        read_console(job, session, i);
      } else {
        write_console(job, session, i);
      }
    });
  }
  if (reads) session.start();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) {
  using namespace conq::bench;
  return contend(argc, argv, [](const Job& job, Session& session, const Options& /*options*/) {
    serve(job, session);
  });
}
