// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <thread>
#include <vector>

#include "bench/support/contender.hpp"

namespace conq::bench {

/// A thread for each console in blocking calls, which `Terminal` makes: `read(i, buffer)` and
/// `write(i, bytes)` return how much was moved, 0 at the end.
template <class Terminal>
class ThreadEach {
 public:
  ThreadEach(const Job& job, Session& session, Terminal terminal)
      : job_(job), session_(session), terminal_(terminal) {}
  ~ThreadEach() {
    for (std::thread& thread : threads_) thread.join();
  }

  void start() {
    // Readers are there before the clock runs, as the registrations of other contenders are.
    if (job_.workload == Workload::input) session_.start();
    for (std::size_t i = 0; i < job_.consoles; ++i) {
      threads_.emplace_back([this, i] {
        if (job_.workload == Workload::input) {
          write_console(i);
        } else {
          read_console(i);
        }
      });
    }
    if (job_.workload != Workload::input) session_.start();
  }

 private:
  void read_console(std::size_t i) {
    SharedBuffer buffer;  // shared with nobody here, but pages cost nothing before they are used
    for (bool more = true; more;) {
      if (job_.is_probe(i)) terminal_.write(i, session_.probe());
      const std::size_t count = terminal_.read(i, buffer);
      if (count == 0) {
        session_.ended(i);
        return;
      }
      more = session_.took(i, std::span(buffer).first(count));
    }
  }

  void write_console(std::size_t i) {
    for (auto piece = session_.next_piece(i); !piece.empty(); piece = session_.next_piece(i)) {
      const std::size_t count = terminal_.write(i, piece);
      if (count == 0) return;
      session_.wrote(i, count);
    }
  }

  const Job& job_;
  Session& session_;
  Terminal terminal_;
  std::vector<std::thread> threads_;
};

}  // namespace conq::bench
