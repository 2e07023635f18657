// SPDX-License-Identifier: Apache-2.0
#include "tests/load/peer.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace conq::load {
namespace {

struct Slave {
  Fd fd;
  std::uint64_t console = 0;
  bool used = false;
  Report report;
};

class Peer {
 public:
  Peer(Fd orders, std::size_t slots, const Pattern& pattern, std::uint64_t seed)
      : orders_(std::move(orders)),
        queue_(::epoll_create1(EPOLL_CLOEXEC)),
        slaves_(slots),
        pattern_(pattern),
        random_(seed) {
    watch(EPOLL_CTL_ADD, orders_.get(), EPOLLIN, of_orders);
  }

  void run() {
    // Few at a time: whoever gives orders waits, and need not do so for all slaves.
    std::array<epoll_event, 16> events{};
    while (obey_all()) {
      const int count = ::epoll_wait(queue_.get(), events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const epoll_event& event = events.at(static_cast<std::size_t>(i));
        if (event.data.u64 != of_orders) serve(slaves_[event.data.u64], event.events);
      }
    }
  }

 private:
  static constexpr std::uint64_t of_orders = UINT64_MAX;

  void watch(int what, int fd, std::uint32_t events, std::uint64_t data) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = data;
    ::epoll_ctl(queue_.get(), what, fd, &event);
  }
  std::uint32_t wanted() const { return paused_ ? EPOLLIN : EPOLLIN | EPOLLOUT; }

  /// False once nobody is left to give orders.
  bool obey_all() {
    for (;;) {
      Order order;
      const ssize_t count = ::recv(orders_.get(), &order, sizeof order, MSG_DONTWAIT);
      if (count < 0 && errno == EAGAIN) return true;
      if (count != sizeof order || !obey(order)) return false;
    }
  }

  bool obey(const Order& order) {
    Slave& slave = slaves_[order.slot];
    switch (order.what) {
      case Order::What::open:
        open(slave, order);
        break;
      case Order::What::close:
        slave.fd.reset();
        break;
      case Order::What::report:
        break;
      case Order::What::pause:
      case Order::What::resume:
        paused_ = order.what == Order::What::pause;
        for (std::size_t slot = 0; slot < slaves_.size(); ++slot) {
          if (slaves_[slot].fd) watch(EPOLL_CTL_MOD, slaves_[slot].fd.get(), wanted(), slot);
        }
    }
    winsize size{};
    if (slave.fd && ::ioctl(slave.fd.get(), TIOCGWINSZ, &size) == 0) {
      slave.report.rows = size.ws_row;
      slave.report.cols = size.ws_col;
    }
    return ::send(orders_.get(), &slave.report, sizeof slave.report, MSG_NOSIGNAL) > 0;
  }

  void open(Slave& slave, const Order& order) {
    if (!slave.used || slave.console != order.console) slave.report = {};
    slave.used = true;
    slave.console = order.console;
    slave.fd.reset(::open(order.name.data(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    slave.report.failed = !slave.fd;
    if (slave.fd) watch(EPOLL_CTL_ADD, slave.fd.get(), wanted(), order.slot);
  }

  void serve(Slave& slave, std::uint32_t events) {
    // Closed since the kernel was asked.
    if (!slave.fd) return;
    if ((events & EPOLLIN) != 0) read(slave);
    if ((events & EPOLLOUT) != 0 && !paused_) write(slave);
    // The master is gone. The slave stays open, as a program's would, until it is told.
    if ((events & EPOLLHUP) != 0) watch(EPOLL_CTL_DEL, slave.fd.get(), 0, 0);
  }

  void read(Slave& slave) {
    const ssize_t count = ::read(slave.fd.get(), room_.data(), room_.size());
    if (count <= 0) return;
    const auto bytes = std::span(room_).first(static_cast<std::size_t>(count));
    Report& report = slave.report;
    if (!pattern_.fits(stream_of_master(slave.console), report.received, bytes)) {
      report.wrong = true;
    }
    report.received += bytes.size();
  }

  void write(Slave& slave) {
    // A few bytes now, a full buffer then.
    const std::size_t most = random_() % 4 == 0 ? 64 : Pattern::longest_piece;
    const auto piece =
        pattern_.piece(stream_of_slave(slave.console), slave.report.sent, 1 + random_() % most);
    const ssize_t count = ::write(slave.fd.get(), piece.data(), piece.size());
    if (count > 0) slave.report.sent += static_cast<std::uint64_t>(count);
  }

  Fd orders_;
  Fd queue_;
  std::vector<Slave> slaves_;
  const Pattern& pattern_;
  std::mt19937_64 random_;
  std::array<std::byte, 65536> room_{};
  bool paused_ = false;
};

}  // namespace

void serve_slaves(Fd orders, std::size_t slots, const Pattern& pattern, std::uint64_t seed) {
  Peer(std::move(orders), slots, pattern, seed).run();
}

}  // namespace conq::load
