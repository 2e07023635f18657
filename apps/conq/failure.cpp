// SPDX-License-Identifier: Apache-2.0
#include "failure.hpp"

#include <cstdio>

namespace conq::app {

void complain(std::string_view message) noexcept {
  // Not fmt::print, which throws where stderr takes nothing.
  std::fputs("conq: ", stderr);
  std::fwrite(message.data(), 1, message.size(), stderr);
  std::fputs("\n", stderr);
}

}  // namespace conq::app
