// SPDX-License-Identifier: Apache-2.0
#include "tests/load/far_ends.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace conq::load {

FarEnds::FarEnds(std::size_t processes, std::size_t slots, const Pattern& pattern,
                 std::uint64_t seed) {
  for (std::size_t i = 0; i < processes; ++i) {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
      throw std::system_error(errno, std::generic_category(), "socketpair");
    }
    Fd ours(ends[0]);
    Fd theirs(ends[1]);
    const pid_t pid = ::fork();
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid == 0) {
      // Of ours, and of those to its siblings, it has copies that would keep these alive.
      ours.reset();
      processes_.clear();
      serve_slaves(std::move(theirs), slots / processes + 1, pattern, seed + i);
      ::_exit(0);
    }
    processes_.push_back({pid, std::move(ours)});
  }
}

FarEnds::~FarEnds() {
  for (Process& process : processes_) process.orders.reset();
  for (const Process& process : processes_) ::waitpid(process.pid, nullptr, 0);
}

void FarEnds::open(std::size_t slot, std::uint64_t console, const std::string& name) {
  Order order{Order::What::open, place(slot), console, {}};
  name.copy(order.name.data(), order.name.size() - 1);
  send(slot, order);
}

void FarEnds::give_all(Order::What what) {
  for (std::size_t i = 0; i < processes_.size(); ++i) give(i, what);
  for (std::size_t i = 0; i < processes_.size(); ++i) report(i);
}

void FarEnds::send(std::size_t slot, const Order& order) {
  if (::send(process_of(slot).orders.get(), &order, sizeof order, MSG_NOSIGNAL) < 0) {
    throw std::system_error(errno, std::generic_category(), "a process at the slaves is gone");
  }
}

Report FarEnds::report(std::size_t slot) {
  Report report;
  if (::recv(process_of(slot).orders.get(), &report, sizeof report, 0) != sizeof report) {
    throw std::system_error(ECHILD, std::generic_category(), "a process at the slaves is gone");
  }
  return report;
}

}  // namespace conq::load
