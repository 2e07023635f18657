// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <deque>
#include <utility>

#include "tests/simulation/kernel/file.hpp"

namespace conq::sim {

/// One end of a pipe or of a socket pair, as Linux has them.
class StreamEnd final : public File {
 public:
  using Pair = std::pair<std::shared_ptr<StreamEnd>, std::shared_ptr<StreamEnd>>;
  /// First the end to read from, then the one to write to.
  static Pair make_pipe();
  static Pair make_sockets(int type = SOCK_STREAM);

  Result read(std::span<char> into) override;
  Result write(std::span<const char> from) override;
  State state() const override;
  std::uint32_t polled() const override;
  void closed() override;
  /// As shutdown(2) with SHUT_WR.
  void end_writing();

  /// As getsockopt(2) with SO_TYPE; 0 for a pipe.
  int type() const { return socket() ? type_ : 0; }

  static constexpr std::size_t limit = 65536;

 private:
  /// What a pipe has its pages for, and a socket its buffers: it is free again once all is read.
  struct Piece {
    std::size_t end = 0;
    std::size_t left = 0;
  };
  /// Bytes on their way in one direction.
  struct Bytes {
    std::deque<char> held;
    std::deque<Piece> pieces;
    StreamEnd* reader = nullptr;
    StreamEnd* writer = nullptr;
  };
  /// A read gives one message, and what of it has no room is lost.
  bool keeps_messages() const { return type_ != SOCK_STREAM; }
  bool has_input() const;
  bool socket() const { return in_ != nullptr && out_ != nullptr; }
  std::size_t room() const;
  /// Whether a piece is free by that.
  static bool take_pieces(Bytes& bytes, std::size_t count);
  std::size_t put_in_pages(std::size_t size);
  int type_ = SOCK_STREAM;
  std::shared_ptr<Bytes> in_;
  std::shared_ptr<Bytes> out_;
  void join(const std::shared_ptr<Bytes>& bytes, StreamEnd& reader);
};

}  // namespace conq::sim
