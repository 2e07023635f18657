// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "tests/simulation/kernel/kernel.hpp"
#include "tests/simulation/random/trace.hpp"

namespace conq::sim::random {

using Time = std::chrono::steady_clock::time_point;

/// Bytes on their way through the kernel, in one direction.
struct Way {
  std::string bytes;      ///< all that the kernel took
  std::size_t next = 0;   ///< what it has not given yet
  bool may_lose = false;  ///< there was a hangup: what it held may be gone
};

enum class Kind : std::uint8_t { pty, process, pipe_to_read, pipe_to_write, socket };

/// What the oracle knows of one console or stream.
struct Side {
  unsigned number = 0;
  Kind kind = Kind::pty;
  bool hangup_ends = false;
  bool exact = true;  ///< bytes pass unchanged: raw mode, a stream
  std::shared_ptr<File> file;
  std::shared_ptr<Pty> pty;             ///< none of a stream
  std::shared_ptr<StreamEnd> peer_end;  ///< of a stream
  std::shared_ptr<Process> process;
  bool exit_seen = false;
  bool killed = false;

  Way in;   ///< from the peer to us
  Way out;  ///< from us to the peer

  bool shut_down = false;  ///< asked for; also by close()
  bool closed = false;
  bool ever_hung_up = false;
  bool kernel_said_end = false;   ///< a read gave 0 or EIO
  bool asked_at_the_end = false;  ///< the kernel had nothing left after the shutdown
  std::uint64_t given = 0;        ///< bytes that reads got
  std::uint64_t to_be_given = 0;  ///< by then, as it was shut down
  unsigned cancelling = 0;        ///< calls of cancel() under way
  unsigned in_calls = 0;          ///< calls under way on the handle
  bool handling[2] = {false, false};
  std::uint64_t changes = 0;  ///< operations started and ended
  Time asked_at;              ///< when a read found nothing last

  bool is_stream() const { return pty == nullptr; }
  /// It may have been reaped before it was seen.
  bool process_over() const { return process == nullptr || process->ended(); }
};

/// One read, write or wait for an exit.
struct Op {
  unsigned number = 0;
  Side* side = nullptr;
  bool writes = false;
  bool exit = false;
  bool asynchronous = false;
  bool may_be_cancelled = false;
  bool over = false;
  std::string buffer;
  std::size_t moved = 0;  ///< what the kernel took of a write
  Time started;
  bool accepted = false;                          ///< the call that started it has returned
  bool cancelled = false;                         ///< a cancel() that was for it has returned
  std::optional<std::chrono::nanoseconds> limit;  ///< of a read_for
  std::uint64_t changes_before = 0;
  bool alone = false;               ///< at its start: none other in its direction
  std::optional<Time> could_since;  ///< idle, and yet it could go on without an event
};

/// Holds what the engine does against what the simulated kernel did and what was asked for. It
/// knows nothing of the engine.
class Oracle {
 public:
  Oracle(Kernel& kernel, Trace& trace);

  Side& add(Kind kind, const std::shared_ptr<File>& file);
  Op& start(Side& side, bool writes, bool asynchronous, std::size_t size);
  /// An operation that was refused at its start.
  void refused(Op& op, const std::error_code& error, bool other_was_pending);
  /// `at`: where the bytes of a read are.
  void completed(Op& op, const std::error_code& error, std::size_t count, const char* at);
  bool pending(const Side& side, bool writes, bool asynchronous_only) const;
  /// Before a cancel(): what it is for.
  std::vector<Op*> cancels(Side& side);
  /// After it.
  void has_cancelled(Side& side, const std::vector<Op*>& pending);

  bool knows(const File& file) { return side_of(file) != nullptr; }

  /// Bytes that the peer gave to the kernel, and took from it.
  void peer_wrote(Side& side, std::string_view bytes);
  void peer_read(Side& side, std::string_view bytes);
  /// Before it is shut down, or closed.
  void shuts_down(Side& side);
  /// After anything that may have hung it up.
  void look(Side& side);
  /// No thread can go on: nobody waits who could. `served`: a wait() runs.
  void idle(bool served);
  void at_the_end();

  std::uint64_t injected = 0;  ///< odd events
  std::uint64_t causes = 0;    ///< for which the engine may make a system call in vain
  std::deque<Side> sides;
  std::deque<Op> ops;

 private:
  struct Piece {
    Side* side;
    std::string bytes;
  };
  void kernel_read(File& file, const char* at, const Result& result);
  void kernel_wrote(File& file, const char* at, const Result& result);
  void in_vain();
  void close(Op& op);
  void check_read_end(Op& op);
  bool timed_out_rightly(const Op& op) const;
  void check_error(Op& op, const std::error_code& error, std::size_t count);
  bool could_go_on(const Op& op, bool& told) const;
  bool could_read(const Side& side, bool& told) const;
  bool could_write(const Side& side, bool& told) const;
  Side* side_of(const File& file);
  static std::string name(const Op& op);

  Kernel& kernel_;
  Trace& trace_;
  std::map<const char*, Piece> given_;  ///< what a read moved, by where it went
  std::map<const char*, Op*> writing_;
  std::map<const Side*, Op*> unfinished_;
  std::vector<Op*> open_;  ///< not over yet
  std::uint64_t vain_ = 0;
};

}  // namespace conq::sim::random
