// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

namespace conq::load {

/// Which byte stands where in a stream: random ones, at another place for each stream, so that a
/// byte that is lost, doubled, swapped or another stream's shows.
class Pattern {
 public:
  static constexpr std::size_t longest_piece = 4096;

  explicit Pattern(std::uint64_t seed) : bytes_(period + longest_piece) {
    std::mt19937_64 random(seed);
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
      bytes_[i] = i < period ? static_cast<std::byte>(random()) : bytes_[i - period];
    }
  }

  /// Up to `size` bytes at `position`.
  std::span<const std::byte> piece(std::uint64_t stream, std::uint64_t position,
                                   std::size_t size) const {
    const std::size_t at = (stream * 7919 + position) % period;
    return std::span(bytes_).subspan(at, std::min(size, longest_piece));
  }
  /// Whether all of `bytes` are those that stand at `position`.
  bool fits(std::uint64_t stream, std::uint64_t position, std::span<const std::byte> bytes) const {
    while (!bytes.empty()) {
      const auto wanted = piece(stream, position, bytes.size());
      if (std::memcmp(bytes.data(), wanted.data(), wanted.size()) != 0) return false;
      bytes = bytes.subspan(wanted.size());
      position += wanted.size();
    }
    return true;
  }

 private:
  /// A prime: no usual size of a buffer divides it.
  static constexpr std::size_t period = 65521;
  std::vector<std::byte> bytes_;
};

}  // namespace conq::load
