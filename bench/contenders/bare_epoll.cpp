// SPDX-License-Identifier: Apache-2.0
// What one writes by hand: an edge-triggered epoll loop. `--policy edge` reads once for each event,
// and to the end only what filled the buffer or was hung up; `drain` always reads to the end.

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "bench/support/contender.hpp"
#include "conq/fd.hpp"

namespace conq::bench {
namespace {

class Loop {
 public:
  Loop(const Job& job, Session& session, bool drain)
      : job_(job), session_(session), drain_(drain), buffer_(std::make_unique<SharedBuffer>()) {
    const bool writes = job.workload == Workload::input;
    for (std::size_t i = 0; i < job.consoles; ++i) {
      ::fcntl(job.fd(i), F_SETFL, O_RDWR | O_NONBLOCK);
      epoll_event event{};
      event.events = (writes ? EPOLLOUT : EPOLLIN) | EPOLLET;
      event.data.u64 = i;
      if (::epoll_ctl(queue_.get(), EPOLL_CTL_ADD, job.fd(i), &event) != 0) {
        throw std::system_error(errno, std::generic_category(), "epoll_ctl");
      }
    }
  }

  void serve() {
    session_.start();
    if (job_.workload == Workload::latency) send_probe();
    std::vector<epoll_event> events(256);
    while (true) {
      const int count = ::epoll_wait(queue_.get(), events.data(), static_cast<int>(events.size()),
                                     again_.empty() ? -1 : 0);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        if ((event.events & EPOLLIN) != 0 || (event.events & EPOLLHUP) != 0) {
          read_console(event.data.u64, drain_ || (event.events & EPOLLHUP) != 0);
        } else {
          write_console(event.data.u64);
        }
      }
      turn_.swap(again_);
      for (const std::size_t console : turn_) read_console(console, true);
      turn_.clear();
    }
  }

 private:
  /// Once, and again at the next turn where more may be there without a further event.
  void read_console(std::size_t i, bool to_the_end) {
    const ssize_t count = ::read(job_.fd(i), buffer_->data(), buffer_->size());
    if (count > 0) {
      const auto size = static_cast<std::size_t>(count);
      const bool more = session_.took(i, std::span(*buffer_).first(size));
      if (job_.is_probe(i)) send_probe();
      if (more && (to_the_end || size == buffer_->size())) again_.push_back(i);
    } else if (count == 0 || errno != EAGAIN) {
      session_.ended(i);
    }
  }

  void write_console(std::size_t i) {
    for (auto piece = session_.next_piece(i); !piece.empty(); piece = session_.next_piece(i)) {
      const ssize_t count = ::write(job_.fd(i), piece.data(), piece.size());
      if (count <= 0) return;
      session_.wrote(i, static_cast<std::size_t>(count));
    }
  }

  void send_probe() { static_cast<void>(::write(job_.fd(0), session_.probe().data(), 1)); }

  const Job& job_;
  Session& session_;
  bool drain_;
  Fd queue_{::epoll_create1(EPOLL_CLOEXEC)};
  std::unique_ptr<SharedBuffer> buffer_;
  std::vector<std::size_t> again_, turn_;
};

void serve(const Job& job, Session& session, const Options& options) {
  Loop(job, session, options.word("policy", "edge") == "drain").serve();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
