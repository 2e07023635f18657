// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <system_error>

#include "conq/conq.hpp"

namespace conq::app {

/// What is to be written to a stream, in order, by somebody who cannot wait for it. Whoever feeds
/// it looks at full() and stops at that; so its memory is bounded by `limit` and one piece.
class OutputQueue {
 public:
  static constexpr std::size_t limit = std::size_t{1} << 20;

  struct Callbacks {
    std::function<void()> has_room;               ///< it was full and is no longer
    std::function<void(std::error_code)> failed;  ///< the stream takes no more; called once
  };

  OutputQueue(Channel stream, Callbacks callbacks);

  /// The text not yet on its way; append to it, then call flush().
  std::string& text() noexcept { return waiting_; }
  void flush();

  bool full() const noexcept { return !broken_ && waiting_.size() + written_.size() >= limit; }
  /// Whether everything is written, or lost for good.
  bool idle() const noexcept { return broken_ || (waiting_.empty() && !writing_); }

 private:
  void was_written(std::error_code ec);

  Channel stream_;
  Callbacks callbacks_;
  std::string waiting_;
  std::string written_;  // lent to the write under way
  bool writing_ = false;
  bool broken_ = false;
};

}  // namespace conq::app
