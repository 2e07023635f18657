// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "conq/conq.hpp"

namespace conq::conmon {

/// Messages to the engine that started the monitor: one line of JSON, one write.
class SyncPipe {
 public:
  /// Without a descriptor nobody listens, and that is no error.
  SyncPipe(Fd fd, std::string key) noexcept : fd_(std::move(fd)), key_(std::move(key)) {}

  /// An engine that is gone is told nothing any more.
  void tell(int value, std::string_view message = {});

 private:
  Fd fd_;
  std::string key_;
};

/// As a JSON string, without its quotes.
std::string json_escaped(std::string_view text);

}  // namespace conq::conmon
