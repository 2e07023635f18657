// SPDX-License-Identifier: Apache-2.0
#include "line_filter.hpp"

#include <algorithm>

#include "utf8.hpp"

namespace conq::app {
namespace {

constexpr char escape = '\x1b';
constexpr std::string_view reset = "\x1b[0m";
/// What of earlier colours is kept for the next line; no program's colours are longer.
constexpr std::size_t longest_left_on = 256;

bool between(char c, char low, char high) noexcept {
  const auto value = static_cast<unsigned char>(c);
  return value >= static_cast<unsigned char>(low) && value <= static_cast<unsigned char>(high);
}

/// The first place from `at` on whose character is not within low and high.
std::size_t skip(std::string_view text, std::size_t at, char low, char high) noexcept {
  while (at < text.size() && between(text[at], low, high)) ++at;
  return at;
}

/// The end of a control sequence whose parameters begin at `at`; one that is broken off ends before
/// the character that breaks it.
std::size_t end_of_csi(std::string_view text, std::size_t at) noexcept {
  at = skip(text, skip(text, at, '0', '?'), ' ', '/');
  return at < text.size() && between(text[at], '@', '~') ? at + 1 : at;
}

/// The end of a string such as a window title: after BEL or ESC \, else the end of the line.
std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
  for (; at < text.size(); ++at) {
    if (text[at] == '\a') return at + 1;
    if (text[at] == escape) return std::min(at + 2, text.size());
  }
  return at;
}

/// The end of the sequence whose ESC is at `at`.
std::size_t end_of_sequence(std::string_view text, std::size_t at) noexcept {
  ++at;
  if (at == text.size()) return at;
  const char kind = text[at];
  if (kind == '[') return end_of_csi(text, at + 1);
  if (std::string_view("]PX^_").find(kind) != std::string_view::npos) {
    return end_of_string(text, at + 1);
  }
  at = skip(text, at, ' ', '/');
  return at < text.size() && between(text[at], '0', '~') ? at + 1 : at;
}

bool is_colour(std::string_view sequence) noexcept {
  return sequence.size() >= 3 && sequence[1] == '[' && sequence.back() == 'm' &&
         sequence.find_first_not_of("0123456789;:", 2) == sequence.size() - 1;
}

/// U+0080 to U+009F, which terminals obey like ESC and a letter: a byte of its own where text is no
/// UTF-8, two where it is.
bool is_8_bit_control(std::string_view character) noexcept {
  if (character.size() > 2 || (character.size() == 2 && character[0] != '\xc2')) return false;
  return between(character.back(), '\x80', '\x9f');
}

bool is_control(std::string_view character) noexcept {
  const char c = character.front();
  return (between(c, '\0', '\x1f') && c != '\t') || c == '\x7f' || is_8_bit_control(character);
}

}  // namespace

void LineFilter::apply(std::string_view line, std::string& out) {
  out.append(left_on_);
  std::size_t plain = 0;  // where the text begins that is not yet in `out`
  std::size_t at = 0;
  const auto drop_to = [&](std::size_t end) {
    out.append(line, plain, at - plain);
    plain = at = end;
  };
  while (at < line.size()) {
    const std::string_view rest = line.substr(at);
    const auto character = rest.substr(0, std::max<std::size_t>(leading_utf8_character(rest), 1));
    if (line[at] == escape) {
      const std::size_t end = end_of_sequence(line, at);
      const std::string_view sequence = line.substr(at, end - at);
      drop_to(end);
      if (colours_ && is_colour(sequence)) colour(sequence, out);
    } else if (is_control(character)) {
      drop_to(at + character.size());
    } else {
      at += character.size();
    }
  }
  drop_to(line.size());
  if (!left_on_.empty()) out.append(reset);
}

void LineFilter::colour(std::string_view sequence, std::string& out) {
  out.append(sequence);
  const std::string_view parameters = sequence.substr(2, sequence.size() - 3);
  if (parameters.find_first_not_of('0') == std::string_view::npos) {
    left_on_.clear();
    return;
  }
  const bool from_scratch = parameters.front() == ';' || parameters.substr(0, 2) == "0;";
  if (from_scratch || left_on_.size() + sequence.size() > longest_left_on) left_on_.clear();
  if (sequence.size() <= longest_left_on) left_on_.append(sequence);
}

}  // namespace conq::app
