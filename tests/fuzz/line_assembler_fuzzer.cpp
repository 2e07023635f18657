// SPDX-License-Identifier: Apache-2.0
// The lines are the same however the output comes in pieces, and hold no more than the limit.
#include <vector>

#include "line_assembler.hpp"
#include "tests/fuzz/check.hpp"

using conq::app::Line;
using conq::app::LineAssembler;
using conq::fuzz::check;

namespace {

/// The lines of `text` that comes in pieces of `piece` bytes; those over the limit put together.
std::vector<std::string> lines_of(std::string_view text, std::size_t piece, std::size_t limit) {
  std::vector<std::string> lines;
  bool open = false;
  const auto take = [&](Line line) {
    check(line.text.find('\n') == std::string_view::npos, "no end within a line");
    if (!open) lines.emplace_back();
    lines.back() += line.text;
    open = line.continued;
  };
  LineAssembler assembler(limit);
  while (!text.empty()) {
    assembler.feed(text.substr(0, piece), take);
    check(assembler.held() <= limit, "what is held has its limit");
    text.remove_prefix(std::min(piece, text.size()));
  }
  assembler.finish(take);
  check(assembler.held() == 0, "nothing is held in the end");
  return lines;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [piece, text] = conq::fuzz::output_of(data, size);
  const auto whole = lines_of(text, text.size() + 1, LineAssembler::longest_line);
  check(lines_of(text, piece, LineAssembler::longest_line) == whole,
        "the same lines, whatever the pieces");
  lines_of(text, piece, 32);
  return 0;
}
