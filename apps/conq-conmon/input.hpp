// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <string>

#include "conq/conq.hpp"

namespace conq::conmon {

/// What clients type for the container, in the order in which it came. Each waits until its piece
/// is written before it reads the next, so that at most one of each is held here.
class Input {
 public:
  /// Where it goes: the pipe, or the console once it has come; what was typed before is written.
  /// `closes`: its end is the end of the channel.
  void open(Channel& to, bool closes);
  /// Nothing is taken any more, as there is no standard input or it does not want any; what is
  /// still held is dropped.
  void close();

  /// `taken` is called once it is written, or dropped.
  void type(std::string bytes, Handler<> taken);
  /// The input ends after what was typed so far.
  void end();

 private:
  struct Piece {
    std::string bytes;  ///< empty: the end
    Handler<> taken;
  };
  void write_next();

  Channel* to_ = nullptr;
  bool closes_ = false;
  bool closed_ = false;
  bool dropped_ = false;
  std::list<Piece> pieces_;
};

}  // namespace conq::conmon
