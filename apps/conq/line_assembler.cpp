// SPDX-License-Identifier: Apache-2.0
#include "line_assembler.hpp"

#include <algorithm>
#include <bit>

#include "utf8.hpp"

namespace conq::app {
namespace {

/// What a process that once wrote a long line may keep.
constexpr std::size_t kept_memory = 65536;

}  // namespace

void LineAssembler::feed(std::string_view bytes, const Sink& sink) {
  while (!bytes.empty()) {
    if (state_ != State::in_line) {
      bytes.remove_prefix(skip_returns(bytes, sink));
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    if (end == std::string_view::npos) {
      hold(bytes, sink);
      return;
    }
    const std::string_view rest = bytes.substr(0, end);
    const bool line_feed = bytes[end] == '\n';
    bytes.remove_prefix(end + 1);
    if (line_feed) {
      end_line(rest, sink);
    } else if (rest.empty() && held_.empty() && !continued_) {
      state_ = State::return_alone;
    } else {
      end_line(rest, sink);
      state_ = State::after_return;
    }
  }
}

void LineAssembler::finish(const Sink& sink) {
  if (!held_.empty()) end_line({}, sink);
  continued_ = false;
  state_ = State::in_line;
}

std::size_t LineAssembler::skip_returns(std::string_view bytes, const Sink& sink) {
  const std::size_t returns = bytes.find_first_not_of('\r');
  if (returns == std::string_view::npos) return bytes.size();
  const bool line_feed = bytes[returns] == '\n';
  if (line_feed && state_ == State::return_alone) end_line({}, sink);
  state_ = State::in_line;
  return returns + (line_feed ? 1 : 0);
}

void LineAssembler::pass_on(const Sink& sink) {
  const std::size_t size = held_.size() - incomplete_utf8_tail(held_);
  if (size > 0) pass_on_piece(size, sink);
  held_.shrink_to_fit();
}

void LineAssembler::hold(std::string_view text, const Sink& sink) {
  while (held_.size() + text.size() > limit_) {
    const std::size_t room = limit_ - held_.size();
    append(text.substr(0, room));
    text.remove_prefix(room);
    const std::size_t tail = incomplete_utf8_tail(held_);
    pass_on_piece(tail < limit_ ? limit_ - tail : limit_, sink);
    let_go_of_memory();
  }
  append(text);
}

void LineAssembler::append(std::string_view text) {
  // Left to itself a string doubles what it has, past the limit.
  const std::size_t needed = held_.size() + text.size();
  if (needed > held_.capacity()) held_.reserve(std::min(std::bit_ceil(needed), limit_));
  held_.append(text);
}

void LineAssembler::pass_on_piece(std::size_t size, const Sink& sink) {
  sink({std::string_view(held_).substr(0, size), continued_});
  continued_ = true;
  held_.erase(0, size);
}

void LineAssembler::end_line(std::string_view rest, const Sink& sink) {
  if (held_.empty() && rest.size() <= limit_) {
    sink({rest, continued_});
  } else {
    hold(rest, sink);
    sink({held_, continued_});
    held_.clear();
    let_go_of_memory();
  }
  continued_ = false;
}

void LineAssembler::let_go_of_memory() {
  if (held_.capacity() > kept_memory) held_.shrink_to_fit();
}

}  // namespace conq::app
