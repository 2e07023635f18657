// SPDX-License-Identifier: Apache-2.0
#include "held_lines.hpp"

#include <algorithm>

namespace conq::app {

template <class Change>
void HeldLines::change(std::size_t process, Change change) {
  LineAssembler& assembler = assemblers_[process];
  const std::size_t before = assembler.memory();
  change(assembler, [&](Line line) { sink_(process, line); });
  memory_ += assembler.memory();
  memory_ -= before;
}

void HeldLines::add_process() { memory_ += assemblers_.emplace_back().memory(); }

void HeldLines::feed(std::size_t process, std::string_view bytes) {
  change(process, [&](LineAssembler& assembler, const auto& sink) { assembler.feed(bytes, sink); });
  for (std::size_t before = 0; memory_ > budget_ && memory_ != before;) {
    before = memory_;
    pass_on_longest();
  }
}

void HeldLines::finish(std::size_t process) {
  change(process, [](LineAssembler& assembler, const auto& sink) { assembler.finish(sink); });
}

void HeldLines::pass_on_longest() {
  const auto longest = std::max_element(
      assemblers_.begin(), assemblers_.end(),
      [](const LineAssembler& a, const LineAssembler& b) { return a.memory() < b.memory(); });
  change(static_cast<std::size_t>(longest - assemblers_.begin()),
         [](LineAssembler& assembler, const auto& sink) { assembler.pass_on(sink); });
}

}  // namespace conq::app
