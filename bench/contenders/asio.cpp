// SPDX-License-Identifier: Apache-2.0
// Asio, one io_context in one thread, a posix::stream_descriptor for each console.

#include <asio.hpp>
#include <memory>
#include <vector>

#include "bench/support/contender.hpp"

namespace conq::bench {
namespace {

class Server {
 public:
  Server(const Job& job, Session& session) : job_(job), session_(session) {
    for (std::size_t i = 0; i < job.consoles; ++i) {
      consoles_.push_back(std::make_unique<One>(loop_, job.fd(i)));
    }
  }

  void serve() {
    if (job_.workload != Workload::input) {
      for (std::size_t i = 0; i < consoles_.size(); ++i) read_on(i);
    }
    session_.start();
    if (job_.workload == Workload::latency) send_probe();
    if (job_.workload == Workload::input) {
      for (std::size_t i = 0; i < consoles_.size(); ++i) write_on(i);
    }
    loop_.run();
  }

 private:
  struct One {
    // Zeros in the buffer would take memory that an idle console can do without.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init)
    One(asio::io_context& loop, int fd) : descriptor(loop, fd) {}
    asio::posix::stream_descriptor descriptor;
    OwnBuffer buffer;
  };

  void read_on(std::size_t i) {
    One& one = *consoles_[i];
    one.descriptor.async_read_some(asio::buffer(one.buffer),
                                   [this, &one, i](std::error_code ec, std::size_t count) {
                                     if (ec) {
                                       session_.ended(i);
                                       return;
                                     }
                                     if (!session_.took(i, std::span(one.buffer).first(count)))
                                       return;
                                     if (job_.is_probe(i)) send_probe();
                                     read_on(i);
                                   });
  }

  void write_on(std::size_t i) {
    const auto piece = session_.next_piece(i);
    if (piece.empty()) return;
    consoles_[i]->descriptor.async_write_some(asio::buffer(piece.data(), piece.size()),
                                              [this, i](std::error_code ec, std::size_t count) {
                                                if (ec) return;
                                                session_.wrote(i, count);
                                                write_on(i);
                                              });
  }

  void send_probe() {
    const auto probe = session_.probe();
    consoles_[0]->descriptor.write_some(asio::buffer(probe.data(), probe.size()));
  }

  const Job& job_;
  Session& session_;
  asio::io_context loop_{1};
  std::vector<std::unique_ptr<One>> consoles_;
};

void serve(const Job& job, Session& session, const Options& /*options*/) {
  Server(job, session).serve();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
