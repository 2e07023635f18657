// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "conq/fd.hpp"

namespace conq::transcript {

/// A descriptor, non-blocking, under the name that the transcript has for it. Each function makes
/// one system call, but for those that wait, and says what the kernel did.
class End {
 public:
  End(std::string name, int fd) : name_(std::move(name)), fd_(fd) {}

  const std::string& name() const { return name_; }
  int fd() const { return fd_.get(); }
  conq::Fd& owner() { return fd_; }

  void write(std::string_view text) const;
  void read(std::size_t room = 100) const;
  /// Waits until `size` bytes came, in as many reads as it takes: how many is a matter of timing.
  void hear(std::size_t size) const;
  /// What poll(2) says now, of IN, OUT and RDHUP, and unasked.
  void poll() const;
  /// Until poll(2) says one of `events` or a hangup.
  void await(short events) const;
  void queued() const;
  /// Waits until FIONREAD says at least `bytes`: no event tells that more came up behind a read.
  void await_queued(int bytes) const;
  void close();

  /// Writes pieces of `piece` bytes until the kernel takes no more, also not once whoever moves the
  /// bytes on inside of it is done: `reader` then has `reader_holds` bytes. The bytes are counted.
  void fill(std::size_t piece, const End& reader, int reader_holds) const;
  /// Reads all there is; whether it is what fill() wrote, and how much.
  void drain() const;

 private:
  std::string name_;
  conq::Fd fd_;
};

/// The two ends of a pty.
struct Terminal {
  End master;
  End slave;
};
enum class Mode { raw, line, line_without_echo };

End open_master();
End open_slave(const End& master, const std::string& name = "slave");
Terminal open_terminal(Mode mode);
void set_mode(const End& end, Mode mode);

}  // namespace conq::transcript
