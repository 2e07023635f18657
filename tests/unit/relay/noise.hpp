// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace conq::test {

/// Bytes of every value in no order, the same ones each time.
inline std::string make_noise(std::size_t size, std::uint32_t seed = 0) {
  std::mt19937 random(seed);
  std::string noise(size, '\0');
  for (char& byte : noise) byte = static_cast<char>(random() & 0xffU);
  return noise;
}

}  // namespace conq::test
