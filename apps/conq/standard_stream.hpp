// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include <optional>

#include "conq/conq.hpp"

namespace conq::app {

/// Opens /dev/null in the place of each of stdin, stdout and stderr that is closed, so that no file
/// opened later is taken for one of them.
void open_closed_standard_streams();

/// Whether a write to stdout failed as nobody is left who could read it: of a pipe, or at a
/// terminal.
bool reader_is_gone(std::error_code ec) noexcept;
/// conq's exit status when a write to stdout failed so: that of a program that does not handle the
/// signal which tells of it.
int status_after_failed_write(std::error_code ec) noexcept;

/// One of conq's own standard streams, to be put on a poller.
///
/// A poller makes descriptors non-blocking, which the kernel notes in the open file description,
/// and that is shared with the shell and whoever else has the stream. So a terminal and a pipe are
/// opened again by name where the kernel allows; of all else, and where it does not, the flags are
/// put back when this object goes.
class StandardStream {
 public:
  enum class Direction { in, out };

  StandardStream(int fd, Direction direction);
  StandardStream(const StandardStream&) = delete;
  StandardStream& operator=(const StandardStream&) = delete;
  ~StandardStream();

  bool is_terminal() const noexcept { return is_terminal_; }
  /// The terminal's settings; none where it is no terminal.
  std::optional<termios> settings() const noexcept;
  /// Puts it on the poller; once.
  Channel add_to(Poller& poller);

 private:
  int fd_;
  int flags_;
  bool is_terminal_;
  Fd own_;
};

}  // namespace conq::app
