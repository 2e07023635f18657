// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace conq::sim::random {

/// Numbers that are the same on every machine: splitmix64.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }
  /// From 0 to `count` - 1.
  unsigned below(unsigned count) { return static_cast<unsigned>((next() >> 33U) % count); }
  /// True once in `count` times; never where that is 0.
  bool once_in(unsigned count) { return count != 0 && below(count) == 0; }

 private:
  std::uint64_t state_;
};

}  // namespace conq::sim::random
