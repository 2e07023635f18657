// SPDX-License-Identifier: Apache-2.0
// What needs no queue: a thread for each console, in read(2) or write(2).

#include <unistd.h>

#include "bench/support/thread_each.hpp"

namespace conq::bench {
namespace {

struct BareTerminal {
  std::size_t read(std::size_t i, std::span<std::byte> into) const {
    const ssize_t count = ::read(job.fd(i), into.data(), into.size());
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }
  std::size_t write(std::size_t i, std::span<const std::byte> from) const {
    const ssize_t count = ::write(job.fd(i), from.data(), from.size());
    return count < 0 ? 0 : static_cast<std::size_t>(count);
  }

  const Job& job;
};

void serve(const Job& job, Session& session, const Options& /*options*/) {
  ThreadEach(job, session, BareTerminal{job}).start();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
