// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace conq::sim::random {

/// What the driver of a program does.
enum class Do : std::uint8_t {
  add_pty,
  add_process,
  add_pipe_to_read,
  add_pipe_to_write,
  add_socket,
  async_read,
  async_write,
  call_read,
  call_read_for,
  call_write,
  wait_exit,
  call_wait_exit,
  peer_write,
  peer_read,
  peer_open,
  peer_close,
  peer_revoke,
  peer_goes_on,
  peer_killed,
  cancel,
  shutdown,
  close,
  close_console,
  resize,
  sleep,
};

/// What a handler does besides looking at its bytes.
enum class Then : std::uint8_t { nothing, close, shut_down, cancel, leave, drop };

struct Action {
  Do what = Do::sleep;
  unsigned channel = 0;  ///< its number; that of an action that adds one is its own
  unsigned amount = 0;   ///< of bytes, or of time
  unsigned option = 0;   ///< bits, as the action has them
  Then then = Then::nothing;
  unsigned repeat = 0;  ///< how often a handler starts the next one
};

// Options of add_pty
inline constexpr unsigned hangup_ends = 1;
inline constexpr unsigned line_mode = 2;
inline constexpr unsigned opened = 4;
// Of peer_open
inline constexpr unsigned non_blocking = 1;
// Of async_read: how it is done
inline constexpr unsigned own_buffer = 0;
inline constexpr unsigned lent_buffer = 1;
inline constexpr unsigned coroutine = 2;

/// What the simulated kernel does wrong on purpose, to see that it is noticed.
enum class Broken : std::uint8_t { nothing, byte, event };

/// A run, all of it: made from a seed, and then perhaps made smaller.
struct Program {
  std::uint64_t seed = 0;
  std::uint64_t choices = 0;  ///< seeds who goes on, and what fails when
  std::vector<Action> actions;
  unsigned servers = 1;
  bool limited_waits = false;  ///< the servers are in wait_for(), not in wait()
  bool nested = false;         ///< native_handle() is asked for
  unsigned preempted = 8;      ///< once in so many calls another thread goes on
  unsigned interrupted = 0;    ///< once in so many calls; 0: never
  unsigned cut_short = 0;
  unsigned spurious = 0;  ///< wake-ups of condition variables
  unsigned odd_events = 0;
  unsigned overtaken = 0;   ///< reads that find nothing, and then a hangup after more
  std::uint64_t flips = 0;  ///< which guesses about the kernel are taken for wrong
  Broken broken = Broken::nothing;
};

inline constexpr unsigned callers = 3;

Program generate(std::uint64_t seed);
std::string describe(const Action& action);
std::string describe(const Program& program);

}  // namespace conq::sim::random
