// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "engine/intrusive_list.hpp"
#include "engine/registration.hpp"

namespace conq::detail {

/// The directions to be served, in three lines: those that moved little in their last call, those
/// that stream, and the few of these that stay. An echo is not to wait until thousands of streams
/// have had their turn; and a stream costs its writer and the kernel less when several pieces of it
/// are read in a row.
class ReadyQueue {
 public:
  bool empty() const noexcept { return size() == 0; }
  std::size_t size() const noexcept {
    return line(Pace::quiet).size() + line(Pace::streams).size() + line(Pace::stays).size();
  }
  /// Whether one that streams may stay: others wait, and of `places` one is free.
  bool lets_stay(std::size_t places) const noexcept {
    return !line(Pace::streams).empty() && has_place(places);
  }

  /// Does nothing if `direction` is in a line.
  void push_back(Direction& direction) noexcept {
    if (direction.is_listed) return;
    direction.listed_as = direction.pace;
    line(direction.pace).push_back(direction);
  }
  void remove(Direction& direction) noexcept { line(direction.listed_as).remove(direction); }

  /// What one turn takes of the lines, before the kernel is asked again what is ready by now.
  struct Turn {
    std::size_t quiet = 0;
    std::size_t streaming = 0;
    std::size_t pieces = 0;   ///< of streams, those that stay among them
    std::size_t answers = 0;  ///< writes that the turn's own handlers began
    std::size_t places = 0;   ///< for those that stay
  };
  Turn next_turn(std::size_t places) const noexcept {
    const std::size_t quiet = line(Pace::quiet).size();
    return {quiet, line(Pace::streams).size(), pieces_a_turn, quiet + pieces_a_turn, places};
  }
  /// The next one of `turn`, off its line; none if the turn is over.
  Direction* take(Turn& turn) noexcept {
    if (Direction* const taken = take(Pace::quiet, turn.quiet)) return taken;
    if (has_place(turn.places) && turn.pieces > 0) {
      if (Direction* const taken = take(Pace::streams, turn.streaming)) {
        --turn.pieces;
        return taken;
      }
    }
    if (Direction* const taken = take(Pace::stays, turn.pieces)) return taken;
    const bool answers = !line(Pace::quiet).empty() && line(Pace::quiet).front()->writes;
    return answers ? take(Pace::quiet, turn.answers) : nullptr;
  }

 private:
  using Line = IntrusiveList<Direction, &Direction::ready_previous, &Direction::ready_next,
                             &Direction::is_listed>;
  /// Few: a read of a stream takes up to 10 us, and asking the kernel a fraction of one.
  static constexpr std::size_t pieces_a_turn = 8;

  bool has_place(std::size_t places) const noexcept { return line(Pace::stays).size() < places; }
  Line& line(Pace pace) noexcept { return lines_[static_cast<std::size_t>(pace)]; }
  const Line& line(Pace pace) const noexcept { return lines_[static_cast<std::size_t>(pace)]; }
  Direction* take(Pace pace, std::size_t& budget) noexcept {
    if (budget == 0 || line(pace).empty()) return nullptr;
    --budget;
    Direction* const first = line(pace).front();
    line(pace).remove(*first);
    return first;
  }

  std::array<Line, 3> lines_;
};

}  // namespace conq::detail
