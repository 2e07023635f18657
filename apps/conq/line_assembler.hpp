// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace conq::app {

/// A line, or, where it is too long to be held, a piece of one.
struct Line {
  std::string_view text;   ///< without its end
  bool continued = false;  ///< goes on where the piece before ended
};

/// Makes whole lines of the pieces in which output arrives.
///
/// A line ends with a line feed and the carriage returns before it; a carriage return without a
/// line feed ends one too, as what a progress display overwrites is to be seen. A line is held,
/// whatever its length, until its end came, but for one over the limit: that is passed on in
/// pieces, none cut inside a UTF-8 character.
class LineAssembler {
 public:
  using Sink = std::function<void(Line)>;
  static constexpr std::size_t longest_line = std::size_t{16} << 20;

  explicit LineAssembler(std::size_t limit = longest_line) noexcept : limit_(limit) {}

  /// Takes bytes; passes each line that they complete to `sink`, which may use it during the call.
  void feed(std::string_view bytes, const Sink& sink);
  /// Passes on what is held: a line that never got its end.
  void finish(const Sink& sink);
  /// Passes on what is held as a piece of its line, but for a character that is not yet whole, and
  /// frees its memory.
  void pass_on(const Sink& sink);
  /// The bytes held.
  std::size_t held() const noexcept { return held_.size(); }
  /// The bytes of memory for them: less than twice as many, but for 64 KiB that are kept.
  std::size_t memory() const noexcept { return held_.capacity(); }

 private:
  /// What the last byte leaves open.
  enum class State {
    in_line,
    after_return,  ///< a carriage return ended the line: a line feed that follows belongs to it
    return_alone,  ///< a carriage return before any text: a line only if a line feed follows
  };

  std::size_t skip_returns(std::string_view bytes, const Sink& sink);
  void hold(std::string_view text, const Sink& sink);
  void append(std::string_view text);
  void pass_on_piece(std::size_t size, const Sink& sink);
  void let_go_of_memory();
  void end_line(std::string_view rest, const Sink& sink);

  std::size_t limit_;
  std::string held_;
  bool continued_ = false;
  State state_ = State::in_line;
};

}  // namespace conq::app
