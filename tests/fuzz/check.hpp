// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace conq::fuzz {

/// Ends the program, which libFuzzer takes for a finding, unless `holds`.
inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Output, and the size of the pieces in which it arrives, which the first byte tells.
struct Output {
  std::size_t piece;
  std::string_view text;
};
inline Output output_of(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return {1, {}};
  return {data[0] % 16U + 1, text_of(data + 1, size - 1)};
}

}  // namespace conq::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
