// SPDX-License-Identifier: Apache-2.0
// conq with handlers, each read lent the poller's buffer; `--threads` of them in wait().

#include <atomic>
#include <thread>

#include "bench/support/conq_consoles.hpp"
#include "bench/support/contender.hpp"

namespace conq::bench {
namespace {

class Server {
 public:
  Server(const Job& job, Session& session)
      : job_(job), session_(session), consoles_(add_all(poller_, job)) {}

  void serve(std::uint64_t threads) {
    for (std::size_t i = 0; i < consoles_.size(); ++i) {
      if (job_.workload != Workload::input) read_on(i);
    }
    session_.start();
    if (job_.workload == Workload::latency) send_probe();
    for (std::size_t i = 0; i < consoles_.size(); ++i) {
      if (job_.workload == Workload::input) write_on(i);
    }
    std::vector<std::thread> helpers;
    while (helpers.size() + 1 < threads) helpers.emplace_back([this] { poller_.wait(); });
    poller_.wait();
  }

 private:
  void read_on(std::size_t i) {
    consoles_[i].async_read([this, i](std::error_code /*ec*/, std::span<const std::byte> piece) {
      if (piece.empty()) {
        session_.ended(i);
        return;
      }
      if (!session_.took(i, piece)) return;
      read_on(i);
      if (job_.is_probe(i)) half_done();
    });
  }

  void write_on(std::size_t i) {
    const auto piece = session_.next_piece(i);
    if (piece.empty()) return;
    consoles_[i].async_write(piece, [this, i](std::error_code /*ec*/, std::size_t count) {
      session_.wrote(i, count);
      write_on(i);
    });
  }

  void send_probe() {
    consoles_[0].async_write(session_.probe(),
                             [this](std::error_code /*ec*/, std::size_t) { half_done(); });
  }

  /// The next probe goes out when the last one is written and came back; with two threads either
  /// may be told first.
  void half_done() {
    if (halves_.fetch_add(1) % 2 == 1) send_probe();
  }

  const Job& job_;
  Session& session_;
  Poller poller_;
  std::vector<PolledConsole> consoles_;
  std::atomic<unsigned> halves_ = 0;
};

void serve(const Job& job, Session& session, const Options& options) {
  Server(job, session).serve(options.number("threads", 1));
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
