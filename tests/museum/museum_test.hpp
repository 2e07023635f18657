// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "tests/support/poller_test.hpp"

namespace conq::test {

/// Reads a channel by handlers to its end, and writes down what came.
template <class Channel>
class ReadByHandlers {
 public:
  explicit ReadByHandlers(Channel& channel) : channel_(channel) { next(); }
  ReadByHandlers(const ReadByHandlers&) = delete;
  ReadByHandlers& operator=(const ReadByHandlers&) = delete;

  bool ended() const { return ended_; }
  std::error_code error() const { return error_; }
  const std::string& text() const { return text_; }

 private:
  void next() {
    channel_.async_read([this](std::error_code ec, std::span<const std::byte> bytes) {
      EXPECT_FALSE(ended_) << "told of an end twice";
      text_ += test::text(bytes);
      error_ = ec;
      ended_ = ec || bytes.empty();
      if (!ended_) next();
    });
  }

  Channel& channel_;
  std::string text_;
  std::error_code error_;
  bool ended_ = false;
};

}  // namespace conq::test
