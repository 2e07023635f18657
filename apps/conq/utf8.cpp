// SPDX-License-Identifier: Apache-2.0
#include "utf8.hpp"

#include <algorithm>

namespace conq::app {
namespace {

/// The bytes of the character that `lead` begins, 0 where it begins none.
std::size_t length_of(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/// Whether `second` may follow `lead`: overlong forms, surrogates and what lies beyond U+10FFFF are
/// ruled out by the second byte.
bool may_follow(unsigned char lead, unsigned char second) noexcept {
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  return second >= low && second <= high;
}

}  // namespace

std::size_t incomplete_utf8_tail(std::string_view text) noexcept {
  const std::size_t longest = std::min<std::size_t>(text.size(), 3);
  for (std::size_t back = 1; back <= longest; ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    if (length_of(byte) <= back) return 0;
    if (back == 1) return 1;
    const auto second = static_cast<unsigned char>(text[text.size() - back + 1]);
    return may_follow(byte, second) ? back : 0;
  }
  return 0;
}

std::size_t leading_utf8_character(std::string_view text) noexcept {
  if (text.empty()) return 0;
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = length_of(lead);
  if (length > text.size()) return 0;
  for (std::size_t at = 1; at < length; ++at) {
    const auto next = static_cast<unsigned char>(text[at]);
    if (at == 1 ? !may_follow(lead, next) : (next & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace conq::app
