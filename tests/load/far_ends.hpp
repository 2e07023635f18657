// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/load/peer.hpp"

namespace conq::load {

/// The processes at the slaves, as seen from here: slot by slot, whichever process has it.
class FarEnds {
 public:
  /// Forks `processes`; before there are threads. They end with this object, or this process.
  FarEnds(std::size_t processes, std::size_t slots, const Pattern& pattern, std::uint64_t seed);
  FarEnds(const FarEnds&) = delete;
  FarEnds& operator=(const FarEnds&) = delete;
  ~FarEnds();

  /// Orders that are given one after the other, before the reports are taken in the same order, are
  /// obeyed at once; some tens of them at most.
  void open(std::size_t slot, std::uint64_t console, const std::string& name);
  void close(std::size_t slot) { give(slot, Order::What::close); }
  void ask(std::size_t slot) { give(slot, Order::What::report); }
  Report report(std::size_t slot);

  /// All stop writing, or begin again; they read on.
  void pause() { give_all(Order::What::pause); }
  void resume() { give_all(Order::What::resume); }

 private:
  struct Process {
    pid_t pid;
    Fd orders;
  };
  const Process& process_of(std::size_t slot) const { return processes_[slot % processes_.size()]; }
  void give(std::size_t slot, Order::What what) { send(slot, Order{what, place(slot), 0, {}}); }
  void give_all(Order::What what);
  void send(std::size_t slot, const Order& order);
  std::uint32_t place(std::size_t slot) const {
    return static_cast<std::uint32_t>(slot / processes_.size());
  }

  std::vector<Process> processes_;
};

}  // namespace conq::load
