// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <system_error>

#include "conq/poller.hpp"

namespace conq {

/// What is done to the receiving side when the source of a direction has ended, after the last byte
/// was written. That it cannot be done, as the receiving side is gone or is nothing of that kind,
/// is no error.
enum class Finish {
  nothing,
  /// To a console: its end-of-file character (VEOF, Ctrl-D) is typed. Twice after an unfinished
  /// line, which the first only passes on; once more whenever the program has since changed between
  /// line and character mode, for then Linux (n_tty) makes a typed-ahead one a NUL, and at the
  /// first output after one in character mode, as such a change may have come and gone. Looked at
  /// when output comes, so only in relays that serve the other direction too.
  type_eof,
  /// To a socket: shutdown(2) of its writing side.
  close_write,
};

struct RelayOptions {
  bool forward = true;                       ///< relay from a to b
  bool backward = true;                      ///< relay from b to a
  Finish forward_finish = Finish::nothing;   ///< done to b when a has ended
  Finish backward_finish = Finish::nothing;  ///< done to a when b has ended
  bool end_with_forward = false;             ///< the end of forward, by whatever, stops backward
  bool end_with_backward = true;             ///< the end of backward, by whatever, stops forward
  std::size_t buffer = 65536;                ///< bytes of memory for each direction
  /// Shown each piece before it is passed on, inside wait(); for recording. One that throws ends
  /// its direction with std::errc::operation_canceled; the exception leaves wait().
  std::function<void(std::span<const std::byte>)> forward_tap = {}, backward_tap = {};
};

/// What a relay has moved, and what ended each direction: no error if that was the end of its
/// source or the stop of the relay.
struct RelayResult {
  std::uint64_t forward_bytes = 0, backward_bytes = 0;  ///< written, not merely read
  std::error_code forward_error, backward_error;
};

/// One end of a relay: a channel, or the channel that is read and the one that is written where
/// these are two, as stdin and stdout are.
template <class Backend>
struct RelayEnd {
  // NOLINTNEXTLINE(google-explicit-constructor): a channel is an end
  RelayEnd(BasicChannel<Backend>& both) noexcept : in(both), out(both) {}
  RelayEnd(BasicChannel<Backend>& read, BasicChannel<Backend>& written) noexcept
      : in(read), out(written) {}

  BasicChannel<Backend>& in;   ///< read from
  BasicChannel<Backend>& out;  ///< written to
};

/// Passes bytes between two ends, both ways at once: each direction reads on only when what it read
/// is written (backpressure), so that memory is bounded, and one that cannot write never stops the
/// other. At the end what was read is still written.
///
/// The channels are used, not owned. One that is shut down, closed or dropped meanwhile ends what
/// uses it; so does the end of the poller. Nobody else may use the asynchronous reads and writes of
/// the directions served. Runs in the poller's wait(), without allocating; between channels of two
/// pollers it needs both to be served. In a forked child its members do nothing.
///
/// Thread-safety: every member may be called from any thread, also within taps and `done`. With
/// several threads in wait() the taps of the two directions may run at the same time.
template <class Backend>
class BasicRelay {
 public:
  BasicRelay() noexcept;
  BasicRelay(BasicRelay&&) noexcept;
  BasicRelay& operator=(BasicRelay&&) noexcept;
  /// stop(). `done` is still called.
  ~BasicRelay();

  /// Starts passing bytes; `done` is called once, in wait(), when all directions have ended; an
  /// empty one is none, what it throws leaves wait(). On failure it is dropped uncalled, and
  /// nothing more is read.
  /// Errors: std::errc::operation_in_progress (somebody else reads asynchronously, as another relay
  /// does, or this one where both ends are one channel), errc::closed (a channel),
  /// std::errc::invalid_argument (no direction, or no buffer), std::bad_alloc
  /// (std::errc::not_enough_memory).
  static BasicRelay start(RelayEnd<Backend> a, RelayEnd<Backend> b, RelayOptions options,
                          Handler<const RelayResult&> done);
  static BasicRelay start(RelayEnd<Backend> a, RelayEnd<Backend> b, RelayOptions options,
                          Handler<const RelayResult&> done, std::error_code& ec) noexcept;

  /// Reads no more; what was read is still written, then `done` is called. Does not block. A
  /// receiver that takes nothing holds that up: shutdown() of its channel ends it. Again: does
  /// nothing.
  void stop() noexcept;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace conq
