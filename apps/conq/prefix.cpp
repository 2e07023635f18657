// SPDX-License-Identifier: Apache-2.0
#include "prefix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace conq::app {
namespace {

// SGR numbers. Red is left to errors, black and white to backgrounds.
constexpr std::array<std::string_view, 10> palette{"36", "33", "32", "35", "34",
                                                   "96", "93", "92", "95", "94"};
constexpr std::string_view own_colour = "1";
constexpr std::size_t time_width = 9;  // "12:34:56 "
constexpr std::size_t bar_width = 3;   // " | "

}  // namespace

Prefixes::Prefixes(const std::vector<std::string>& labels, const std::string& own,
                   PrefixStyle style)
    : style_(style), label_width_(own.size()) {
  for (const std::string& label : labels) label_width_ = std::max(label_width_, label.size());
  for (std::size_t index = 0; index < labels.size(); ++index) {
    const std::string_view colour = palette.at(index % palette.size());
    whole_.push_back(dress(labels[index], colour, '|'));
    continued_.push_back(dress(labels[index], colour, '+'));
  }
  own_ = dress(own, own_colour, '|');
}

void Prefixes::append(std::string& out, std::size_t index, bool continued, std::time_t now) const {
  append_time(out, now);
  out.append((continued ? continued_ : whole_)[index]);
}

void Prefixes::append_own(std::string& out, std::time_t now) const {
  append_time(out, now);
  out.append(own_);
}

std::size_t Prefixes::width() const noexcept {
  return (style_.timestamps ? time_width : 0) + label_width_ + bar_width;
}

void Prefixes::append_time(std::string& out, std::time_t now) const {
  if (!style_.timestamps) return;
  std::tm local{};
  ::localtime_r(&now, &local);
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02} ", local.tm_hour, local.tm_min,
                 local.tm_sec);
}

std::string Prefixes::dress(std::string_view label, std::string_view colour, char bar) const {
  const std::string text = fmt::format("{:<{}} {}", label, label_width_, bar);
  if (!style_.colours) return text + ' ';
  return fmt::format("\x1b[{}m{}\x1b[0m ", colour, text);
}

}  // namespace conq::app
