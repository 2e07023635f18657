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

/// What is done to the receiving side when one direction of a relay has ended.
enum class Finish {
  nothing,
  type_eof,     ///< to a console: its end-of-file character (VEOF, Ctrl-D) is typed
  close_write,  ///< to a socket: shutdown(2) of its writing side
};

struct RelayOptions {
  bool forward = true;                        ///< relay from a to b
  bool backward = true;                       ///< relay from b to a
  Finish forward_finish = Finish::nothing;    ///< done to b when a has ended
  Finish backward_finish = Finish::nothing;   ///< done to a when b has ended
  bool end_with_forward = false;              ///< the end of a ends the whole relay
  bool end_with_backward = true;              ///< the end of b ends the whole relay
  std::size_t buffer = 65536;                 ///< bytes of memory for each direction
  /// Shown each piece before it is passed on, inside wait(); for recording.
  std::function<void(std::span<const std::byte>)> forward_tap, backward_tap;
};

/// What a relay has moved, and what ended each direction: no error at the end of its source.
struct RelayResult {
  std::uint64_t forward_bytes = 0, backward_bytes = 0;
  std::error_code forward_error, backward_error;
};

/// Passes bytes between two channels, both ways at once: each direction reads on only when what it read
/// is written (backpressure), so that memory is bounded, and one that cannot write never stops the
/// other. At the end what was read is still written.
///
/// The channels are used, not owned: they have to live until the relay has ended, and nobody else may
/// use the asynchronous reads and writes of the directions it serves. Runs in the poller's wait().
/// Thread-safety: every member may be called from any thread.
template <class Backend>
class BasicRelay {
 public:
  BasicRelay() noexcept;
  BasicRelay(BasicRelay&&) noexcept;
  BasicRelay& operator=(BasicRelay&&) noexcept;
  /// Stops it; `done` is still called.
  ~BasicRelay();

  /// Starts passing bytes; `done` is called once, in wait(), when all directions have ended.
  /// Errors: std::errc::operation_in_progress, errc::closed, std::bad_alloc.
  static BasicRelay start(BasicChannel<Backend>& a, BasicChannel<Backend>& b, RelayOptions options,
                          Handler<const RelayResult&> done);
  static BasicRelay start(BasicChannel<Backend>& a, BasicChannel<Backend>& b, RelayOptions options,
                          Handler<const RelayResult&> done, std::error_code& ec) noexcept;

  /// Reads no more; what was read is still written, then `done` is called. Again: does nothing.
  void stop() noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace conq
