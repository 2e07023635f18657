// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "engine/intrusive_list.hpp"
#include "engine/registration.hpp"

namespace conq::detail {

/// The directions to be served, in two lines: those that moved little in their last call, and those
/// that stream. An echo is not to wait until thousands of streams have had their turn.
class ReadyQueue {
 public:
  bool empty() const noexcept { return quiet_.empty() && streaming_.empty(); }
  std::size_t size() const noexcept { return quiet_.size() + streaming_.size(); }

  /// Does nothing if `direction` is in a line.
  void push_back(Direction& direction) noexcept {
    if (direction.is_listed) return;
    direction.is_listed_as_streaming = direction.streams;
    line_of(direction).push_back(direction);
  }
  void remove(Direction& direction) noexcept { line_of(direction).remove(direction); }

  /// What one turn takes of the lines, before the kernel is asked again what is ready by now.
  struct Turn {
    std::size_t quiet = 0;
    std::size_t streaming = 0;
    std::size_t answers = 0;  ///< writes that the turn's own handlers began
  };
  Turn next_turn() const noexcept {
    const std::size_t streaming = std::min(streaming_.size(), streams_a_turn);
    return {quiet_.size(), streaming, quiet_.size() + streaming};
  }
  /// The next one of `turn`, off its line; none if the turn is over.
  Direction* take(Turn& turn) noexcept {
    if (Direction* const taken = take(quiet_, turn.quiet)) return taken;
    if (Direction* const taken = take(streaming_, turn.streaming)) return taken;
    const bool answers = !quiet_.empty() && quiet_.front()->writes;
    return answers ? take(quiet_, turn.answers) : nullptr;
  }

 private:
  using Line = IntrusiveList<Direction, &Direction::ready_previous, &Direction::ready_next,
                             &Direction::is_listed>;
  /// Few: a read of a stream takes up to 10 us, and asking the kernel a fraction of one.
  static constexpr std::size_t streams_a_turn = 8;

  Line& line_of(const Direction& direction) noexcept {
    return direction.is_listed_as_streaming ? streaming_ : quiet_;
  }
  static Direction* take(Line& line, std::size_t& budget) noexcept {
    if (budget == 0 || line.empty()) return nullptr;
    --budget;
    Direction* const first = line.front();
    line.remove(*first);
    return first;
  }

  Line quiet_;
  Line streaming_;
};

}  // namespace conq::detail
