// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace conq::app {

struct PrefixStyle {
  bool colours = false;
  bool timestamps = false;
};

/// What stands before each line: the time if wanted, a label, and a bar.
///
///     12:34:56 web    | text
///     12:34:56 worker + the next piece of a line too long to be held
///
/// Labels are padded to the longest; each has a colour from a palette, by turns.
class Prefixes {
 public:
  /// Labels are known by their place in `labels`; `own` is the label of conq's own messages.
  Prefixes(const std::vector<std::string>& labels, const std::string& own, PrefixStyle style);

  /// Appends the prefix of a line of the process at `index`.
  void append(std::string& out, std::size_t index, bool continued, std::time_t now) const;
  /// Appends that of a message of conq's own.
  void append_own(std::string& out, std::time_t now) const;
  /// The columns that every prefix takes.
  std::size_t width() const noexcept;

 private:
  void append_time(std::string& out, std::time_t now) const;
  std::string dress(std::string_view label, std::string_view colour, char bar) const;

  PrefixStyle style_;
  std::size_t label_width_ = 0;
  // Made once: they stand before every line.
  std::vector<std::string> whole_, continued_;
  std::string own_;
};

}  // namespace conq::app
