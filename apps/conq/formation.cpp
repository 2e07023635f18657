// SPDX-License-Identifier: Apache-2.0
#include "formation.hpp"

#include <fmt/format.h>

#include <charconv>

#include "failure.hpp"
#include "text.hpp"

namespace conq::app {
namespace {

constexpr int most = 10000;

int parse_count(std::string_view text, std::string_view whole) {
  int count = -1;
  const char* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || parsed != end || count < 0 || count > most) {
    throw Failure(usage_error, fmt::format("formation \"{}\": \"{}\" is no number from 0 to {}",
                                           whole, text, most));
  }
  return count;
}

}  // namespace

Formation parse_formation(std::string_view text) {
  Formation formation;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    const std::string_view pair = trim(rest.substr(0, comma));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw Failure(usage_error,
                    fmt::format("formation \"{}\": \"{}\" is not name=number", text, pair));
    }
    const std::string name(trim(pair.substr(0, equals)));
    const int count = parse_count(trim(pair.substr(equals + 1)), text);
    if (name == "all") {
      formation.others = count;
    } else if (!formation.counts.emplace(name, count).second) {
      throw Failure(usage_error, fmt::format("formation \"{}\": {} twice", text, name));
    }
    if (comma == std::string_view::npos) return formation;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace conq::app
