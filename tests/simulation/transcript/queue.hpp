// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/simulation/transcript/end.hpp"

namespace conq::transcript {

/// An epoll queue; its events are said with the names of the ends they are for.
class Queue {
 public:
  explicit Queue(std::string name = "queue");

  /// The queue itself, to be polled and nested.
  const End& end() const { return end_; }
  End& end() { return end_; }

  void add(const End& end, std::uint32_t events);
  void modify(const End& end, std::uint32_t events);
  void remove(const End& end);
  /// What is there now.
  void events(int room = 16);
  /// Until there is something.
  void await();

 private:
  void control(int operation, const std::string& asked, const End& end, std::uint32_t events);
  void collect(const std::string& asked, int room, int milliseconds);

  End end_;
  std::map<std::uint64_t, std::string> names_;
};

/// As the product registers.
std::uint32_t all_edges();

}  // namespace conq::transcript
