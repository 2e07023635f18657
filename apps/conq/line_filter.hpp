// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace conq::app {

/// Makes a process's lines fit to stand between the lines of others: of its control sequences only
/// colours pass, and these end with the line.
///
/// Passed: text, also of bytes that are no UTF-8, tabs, and CSI ... m. Dropped: cursor movement and
/// all other sequences, with the strings that belong to them (window titles, images), and other
/// control characters, 8-bit ones too, as bytes of their own and in UTF-8. A colour that a line
/// leaves on is on again in the same process's next line. Without colours no sequence passes.
class LineFilter {
 public:
  explicit LineFilter(bool colours) noexcept : colours_(colours) {}

  /// Appends what passes of `line` to `out`.
  void apply(std::string_view line, std::string& out);

 private:
  void colour(std::string_view sequence, std::string& out);

  bool colours_;
  std::string left_on_;
};

}  // namespace conq::app
