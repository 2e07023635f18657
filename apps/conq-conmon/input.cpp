// SPDX-License-Identifier: Apache-2.0
#include "input.hpp"

#include <utility>

#include "messages.hpp"

namespace conq::conmon {

void Input::open(Channel& to, bool closes) {
  if (closed_) return;
  to_ = &to;
  closes_ = closes;
  if (!pieces_.empty()) write_next();
}

void Input::close() {
  closed_ = true;
  if (Channel* const to = std::exchange(to_, nullptr); to != nullptr) {
    to->cancel_write();
    if (closes_) to->close();
  }
  auto dropped = std::exchange(pieces_, {});
  for (Piece& each : dropped) {
    if (!each.bytes.empty() && !std::exchange(dropped_, true)) {
      say_warning("Dropped what was typed after the end of the container's standard input");
    }
    each.taken();
  }
}

void Input::type(std::string bytes, Handler<> taken) {
  pieces_.push_back({std::move(bytes), std::move(taken)});
  if (closed_) {
    close();
  } else if (to_ != nullptr && pieces_.size() == 1) {
    write_next();
  }
}

void Input::end() {
  type({}, [] {});
}

void Input::write_next() {
  const std::string& bytes = pieces_.front().bytes;
  if (bytes.empty()) return close();
  to_->async_write(std::as_bytes(std::span(bytes)), [this](std::error_code ec, std::size_t) {
    if (ec || closed_) return close();
    Handler<> taken = std::move(pieces_.front().taken);
    pieces_.pop_front();
    if (!pieces_.empty()) write_next();
    taken();
  });
}

}  // namespace conq::conmon
