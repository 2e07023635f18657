// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace conq::sim {

/// What one kernel does, as data: a field for each fact that the engine could depend on. "Hung up":
/// the last slave was closed.
struct Dialect {
  std::string_view name;

  // The master of a pty: read(2) and write(2)
  bool hung_up_read_is_eio = false;      ///< with nothing left: EIO; else 0
  bool hangup_overtakes_output = false;  ///< a read looks for it first, and at the hangup later
  bool hung_up_write_is_eio = true;      ///< in raw mode; else accepted until the queue is full
  bool hung_up_line_is_lost = false;     ///< in line mode a write is accepted, and lost
  bool unopened_takes_writes = false;    ///< before the slave's first open
  bool line_is_limited_alone = false;    ///< beyond the limit of an unended line bytes are dropped
  bool line_end_always_fits = false;     ///< also where the rest of its line was dropped

  // What wakes the master's watchers, and what its filters then say
  bool unopened_is_writable = true;  ///< an event before the slave's first open
  bool hangup_wakes_read = true;
  bool hangup_wakes_write = true;
  bool hangup_hides_room = false;      ///< the write filter says nothing while hung up
  bool eof_flag_sticks = false;        ///< a knote keeps EV_EOF for good, also after a reopen
  bool eof_truth_sticks = false;       ///< and is true for good
  bool open_wakes = true;              ///< a slave's open wakes both
  bool own_write_wakes_read = true;    ///< the master's own write wakes its readers
  bool own_read_wakes_read = false;    ///< so does its own read that got bytes
  bool own_write_wakes_write = false;  ///< each write makes a write event, also one in vain
  bool rest_wakes_read = false;        ///< what comes up behind what a read took makes an event
  bool output_wakes_write = false;     ///< what the slave writes makes a write event, too
  bool room_wakes_late = false;        ///< only once a reader has at most `late_room` left at hand
  bool write_data_is_room = true;      ///< EVFILT_WRITE's data is the free space; else 0

  // The slave
  bool last_close_waits = true;       ///< for the master to read; what a hangup finds is discarded
  bool quick_close_waits = false;     ///< also that of a non-blocking slave
  bool revoke_discards = true;        ///< else a revoke waits as a close does
  bool hangup_discards_input = true;  ///< what the slave has not read; else the next one reads it
  bool leader_exit_waits = true;      ///< a session leader's exit waits for its terminal to drain
  bool leader_exit_revokes = true;    ///< and ends the terminal for all others
  bool size_cleared_at_open = true;   ///< the first open of the slave clears the window's size
  std::size_t output_limit = 1024;    ///< bytes from slave to master that are held
  std::size_t input_limit = 1022;     ///< bytes from master to slave that are held
  std::size_t at_hand = 65536;  ///< of these, what a reader can have at once; a line's limit, too
  std::size_t late_room = 0;

  // The queue
  bool user_events = true;                ///< has EVFILT_USER
  bool pollable_queue = true;             ///< a queue's descriptor can be watched
  bool dev_tty_refused = false;           ///< /dev/tty itself cannot be watched
  bool zombie_makes_event = false;        ///< EVFILT_PROC of an ended process: an event; else ESRCH
  bool inherited_over_fork = false;       ///< the queue's descriptor is there in a child
  bool close_removes = true;              ///< closing a descriptor takes its knotes off every queue
  bool receipt_without_room_ends = true;  ///< EV_RECEIPT with no room ends the list of changes
  bool long_wait_refused = false;         ///< one of more than 100,000,000 s: EINVAL
  bool is_epoll = false;                  ///< epoll(7), or kqueue(2) made of it

  std::string_view slave_path = "/dev/pts/";  ///< before the number of a pty
};

/// Where a fact of a dialect comes from. A guess may be wrong: the engine has to be right both
/// ways, so random programs flip it.
struct Fact {
  bool Dialect::*field;
  bool guess;
  std::string_view source;
};

/// By name: linux, libkqueue, darwin, freebsd, netbsd, netbsd_9, openbsd, openbsd_old. Throws
/// std::out_of_range for any other.
const Dialect& dialect_named(std::string_view name);
std::span<const Fact> facts_of(std::string_view name);

/// The one this program was built for.
const Dialect& built_dialect();

}  // namespace conq::sim
