// SPDX-License-Identifier: Apache-2.0
#include "output_queue.hpp"

namespace conq::app {

OutputQueue::OutputQueue(Channel stream, Callbacks callbacks)
    : stream_(std::move(stream)), callbacks_(std::move(callbacks)) {}

void OutputQueue::flush() {
  if (broken_) waiting_.clear();
  if (writing_ || waiting_.empty()) return;
  written_.swap(waiting_);
  waiting_.clear();
  std::error_code ec;
  stream_.async_write(
      std::as_bytes(std::span(written_)),
      [this](std::error_code error, std::size_t) { was_written(error); }, ec);
  if (ec) {
    was_written(ec);
  } else {
    writing_ = true;
  }
}

void OutputQueue::was_written(std::error_code ec) {
  writing_ = false;
  if (ec) {
    broken_ = true;
    waiting_.clear();
    callbacks_.failed(ec);
    callbacks_.has_room();
    return;
  }
  const bool was_full = full();
  written_.clear();
  // What one long line took is not kept.
  if (written_.capacity() > 2 * limit) written_.shrink_to_fit();
  flush();
  if (was_full && !full()) callbacks_.has_room();
}

}  // namespace conq::app
