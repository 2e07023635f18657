// SPDX-License-Identifier: Apache-2.0
// What a .env file sets are variables that exec(3) can hand on, and quoted they read the same.
#include "dotenv.hpp"
#include "tests/fuzz/check.hpp"

using conq::fuzz::check;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto variables = conq::app::parse_dotenv(conq::fuzz::text_of(data, size));
  for (const auto& [name, value] : variables) {
    check(!name.empty() && name.find_first_of("=\n \t'\"") == std::string::npos,
          "a name is a word");
    if (value.find('\n') != std::string::npos) continue;  // of a \n, which '...' does not have
    const auto again = conq::app::parse_dotenv(name + "='" + value + "'");
    check(again.size() == 1 && again[0] == std::pair(name, value), "quoted it reads the same");
  }
  return 0;
}
