// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <utility>

#include "tests/simulation/kernel/file.hpp"

namespace conq::sim {

/// One end of a pipe or of a socket pair.
class StreamEnd final : public File {
 public:
  using Pair = std::pair<std::shared_ptr<StreamEnd>, std::shared_ptr<StreamEnd>>;
  /// First the end to read from, then the one to write to.
  static Pair make_pipe();
  static Pair make_sockets();

  Result read(std::span<char> into) override;
  Result write(std::span<const char> from) override;
  State state() const override;
  void closed() override;
  /// As shutdown(2) with SHUT_WR.
  void end_writing();

  static constexpr std::size_t limit = 65536;

 private:
  /// Bytes on their way in one direction.
  struct Bytes {
    std::deque<char> held;
    StreamEnd* reader = nullptr;
    StreamEnd* writer = nullptr;
  };
  std::shared_ptr<Bytes> in_;
  std::shared_ptr<Bytes> out_;
  void join(const std::shared_ptr<Bytes>& bytes, StreamEnd& reader);
};

}  // namespace conq::sim
