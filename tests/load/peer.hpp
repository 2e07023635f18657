// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "conq/fd.hpp"
#include "tests/load/pattern.hpp"

namespace conq::load {

/// The two streams of a console: what its slave writes, and what its master does.
constexpr std::uint64_t stream_of_slave(std::uint64_t console) { return 2 * console; }
constexpr std::uint64_t stream_of_master(std::uint64_t console) { return 2 * console + 1; }

/// What a peer is told to do. Each is answered by one Report.
struct Order {
  enum class What : std::uint8_t {
    open,    ///< the slave of `name`: again, or one of a new console
    close,   ///< the slave
    report,  ///< nothing, but for the answer
    pause,   ///< writes no more on any slave
    resume,
  };
  What what = What::report;
  std::uint32_t slot = 0;       ///< which of this peer's slaves
  std::uint64_t console = 0;    ///< open: whose it is
  std::array<char, 32> name{};  ///< open: its path
};

/// How far a slave is, since its console was new.
struct Report {
  std::uint64_t sent = 0, received = 0;
  std::uint16_t rows = 0, cols = 0;
  bool wrong = false;   ///< something else than its master wrote was received
  bool failed = false;  ///< it could not be opened
};

/// A process at the slaves of many consoles: writes on all, as fast as they take it, and reads
/// them. Returns when nobody holds the other end of `orders` any more.
void serve_slaves(Fd orders, std::size_t slots, const Pattern& pattern, std::uint64_t seed);

}  // namespace conq::load
