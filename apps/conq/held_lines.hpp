// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "line_assembler.hpp"

namespace conq::app {

/// Makes lines of the output of many processes, and bounds the memory that their unfinished lines
/// take together: where that is more than the budget, the longest of them is passed on as far as it
/// is. So nobody waits for another's line to end. As a line takes at most twice its length, one
/// within half its process's part, if the budget were shared out evenly, is whole whatever the
/// others do.
class HeldLines {
 public:
  using Sink = std::function<void(std::size_t process, Line line)>;
  static constexpr std::size_t usual_budget = std::size_t{64} << 20;

  explicit HeldLines(Sink sink, std::size_t budget = usual_budget)
      : sink_(std::move(sink)), budget_(budget) {}

  /// One process more: the first is 0.
  void add_process();
  /// Takes bytes of a process; passes each line that they complete to the sink.
  void feed(std::size_t process, std::string_view bytes);
  /// Passes on what is held of a process that has ended.
  void finish(std::size_t process);
  /// The bytes of memory taken: never more than the budget, unless that is a few bytes a process.
  std::size_t memory() const noexcept { return memory_; }

 private:
  template <class Change>
  void change(std::size_t process, Change change);
  void pass_on_longest();

  Sink sink_;
  std::size_t budget_;
  std::size_t memory_ = 0;
  std::vector<LineAssembler> assemblers_;
};

}  // namespace conq::app
