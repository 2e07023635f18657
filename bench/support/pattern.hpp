// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace conq::bench {

/// Which byte stands where in a console's stream, so that one that is lost, doubled or another
/// console's is noticed. The period is a prime: no usual size of a buffer is a multiple of it.
class Pattern {
 public:
  static constexpr std::uint64_t period = 251;

  /// Can give pieces of up to `line` bytes.
  explicit Pattern(std::size_t line) : bytes_(line + period) {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = at(0, i);
  }

  static std::byte at(std::size_t console, std::uint64_t position) {
    return static_cast<std::byte>((console + position) % period);
  }
  /// The bytes at `position`.
  std::span<const std::byte> piece(std::size_t console, std::uint64_t position,
                                   std::size_t size) const {
    return std::span(bytes_).subspan((console + position) % period, size);
  }
  /// Whether `bytes` may stand at `position`. Looks at the ends only: that costs the same however
  /// much was read, and next to nothing.
  static bool fits(std::size_t console, std::uint64_t position, std::span<const std::byte> bytes) {
    return bytes.front() == at(console, position) &&
           bytes.back() == at(console, position + bytes.size() - 1);
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace conq::bench
