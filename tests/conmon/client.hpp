// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "conq/fd.hpp"

namespace conq::test {

/// Somebody who is attached to a container.
class Client {
 public:
  /// Connects to the socket `attach` in `bundle`.
  explicit Client(const std::string& bundle);

  /// Types a message; waits until it can.
  void type(std::string_view text) const;
  /// Ends what it types, and still listens.
  void half_close() const;
  /// Leaves.
  void leave() { socket_.reset(); }

  /// The next message, with the byte that tells its stream; "" at the end, or where none comes.
  std::string message();
  /// Listens until both streams together say `text`; true if they have.
  bool hears(std::string_view text);
  /// Listens to the end; false where none comes.
  bool hears_end();
  /// Whether a message is there.
  bool has_message() const;

  const std::string& out() const { return out_; }  ///< of standard output, what was heard so far
  const std::string& err() const { return err_; }
  int fd() const { return socket_.get(); }

 private:
  Fd socket_;
  std::string out_, err_, all_;
};

}  // namespace conq::test
