// SPDX-License-Identifier: Apache-2.0
// Nothing that a terminal obeys, but colours, comes through the filter of `conq up`; and what came
// through comes through again.
#include <algorithm>

#include "line_filter.hpp"
#include "tests/fuzz/check.hpp"

using conq::fuzz::check;

namespace {

bool is_colour_character(char c) { return (c >= '0' && c <= '9') || c == ';' || c == ':'; }

/// The end of the character that begins at `at`: of one byte unless it is UTF-8 in its shortest
/// form.
std::size_t end_of_character(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0xc0 || lead > 0xf7) return at + 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (at + length > text.size()) return at + 1;
  std::uint32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xc0U) != 0x80) return at + 1;
    code = code << 6U | (next & 0x3fU);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < least[length] || code > 0x10ffff || surrogate ? at + 1 : at + length;
}

void check_harmless(std::string_view text, bool colours) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t end = end_of_character(text, at);
    if (byte == 0x1b) {
      check(colours, "without colours there is no sequence");
      check(at + 2 < text.size() && text[at + 1] == '[', "a sequence is a colour's");
      for (at += 2; at < text.size() && is_colour_character(text[at]);) ++at;
      check(at < text.size() && text[at] == 'm', "a sequence is a colour's, whole");
      ++at;
      continue;
    }
    check(byte >= 0x20 || byte == '\t', "no control character");
    check(byte != 0x7f, "no control character");
    check(end != at + 1 || byte < 0x80 || byte > 0x9f, "no 8-bit control character");
    check(end != at + 2 || byte != 0xc2 || static_cast<unsigned char>(text[at + 1]) > 0x9f,
          "no control character in UTF-8");
    at = end;
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = conq::fuzz::text_of(data, size);
  for (const bool colours : {false, true}) {
    conq::app::LineFilter filter(colours);
    std::string_view rest = text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      std::string passed;
      filter.apply(rest.substr(0, end), passed);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      check_harmless(passed, colours);
      std::string again;
      conq::app::LineFilter(colours).apply(passed, again);
      check(again == passed, "what came through comes through again");
    }
  }
  return 0;
}
