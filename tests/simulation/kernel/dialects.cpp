// SPDX-License-Identifier: Apache-2.0
// The kernels, and where what is said of them comes from. Versions: XNU 11417.101.15; FreeBSD 14;
// NetBSD 10 but for sys/kern/tty_pty.c, of which nothing newer than 1.142 (2015) was at hand;
// OpenBSD 7.7 (tty_pty.c 1.115), and 4.8 (tty_pty.c 1.44) as the old one; libkqueue 2.7;
// Linux 6.18, which was measured, as simulation.transcript does again.

#include <array>
#include <stdexcept>
#include <string>

#include "tests/simulation/kernel/dialect.hpp"

namespace conq::sim {
namespace {

using D = Dialect;

constexpr Dialect on_linux(std::string_view name) {
  Dialect made;
  made.name = name;
  made.hung_up_read_is_eio = true;
  made.hung_up_write_is_eio = false;
  made.unopened_takes_writes = true;
  made.own_write_wakes_read = false;
  made.own_write_wakes_write = true;
  made.rest_wakes_read = true;
  made.open_wakes = false;
  made.output_wakes_write = name == "libkqueue";
  made.room_wakes_late = true;
  made.late_room = 128;
  made.hangup_overtakes_output = true;
  made.line_is_limited_alone = true;
  made.line_end_always_fits = true;
  made.write_data_is_room = false;
  made.last_close_waits = false;
  made.quick_close_waits = false;
  made.leader_exit_waits = false;
  made.leader_exit_revokes = false;
  made.hangup_discards_input = false;
  made.size_cleared_at_open = false;
  made.output_limit = made.input_limit = 20480;
  made.at_hand = 4095;
  made.pollable_queue = name == "linux";
  made.zombie_makes_event = true;
  made.inherited_over_fork = name == "linux";
  made.close_removes = false;
  made.is_epoll = true;
  return made;
}

constexpr Dialect on_darwin() {
  Dialect made;
  made.name = "darwin";
  made.eof_flag_sticks = made.eof_truth_sticks = true;
  made.own_read_wakes_read = true;
  made.write_data_is_room = false;
  made.revoke_discards = false;
  made.line_is_limited_alone = true;
  made.dev_tty_refused = true;
  made.long_wait_refused = true;
  made.receipt_without_room_ends = false;
  made.slave_path = "/dev/ttys";
  return made;
}

constexpr Dialect on_freebsd() {
  Dialect made;
  made.name = "freebsd";
  made.hung_up_line_is_lost = true;
  made.unopened_takes_writes = true;
  made.eof_flag_sticks = true;
  made.open_wakes = false;
  made.room_wakes_late = true;
  made.late_room = 192;
  made.quick_close_waits = true;
  made.leader_exit_waits = false;
  made.size_cleared_at_open = false;
  made.output_limit = made.input_limit = 1920;
  made.zombie_makes_event = true;
  return made;
}

constexpr Dialect on_netbsd(bool current) {
  Dialect made;
  made.name = current ? "netbsd" : "netbsd_9";
  made.unopened_is_writable = false;
  made.hangup_wakes_read = made.hangup_wakes_write = false;
  made.hangup_hides_room = true;
  made.line_is_limited_alone = true;
  made.output_limit = 1024;
  made.user_events = current;
  return made;
}

constexpr Dialect on_openbsd(bool current) {
  Dialect made = on_netbsd(true);
  made.name = current ? "openbsd" : "openbsd_old";
  made.hangup_wakes_read = current;
  made.output_limit = 8192;
  made.input_limit = 8190;
  made.user_events = current;
  made.slave_path = "/dev/ttyp";
  return made;
}

constexpr std::array dialects{on_linux("linux"), on_linux("libkqueue"), on_darwin(),
                              on_freebsd(),      on_netbsd(true),       on_netbsd(false),
                              on_openbsd(true),  on_openbsd(false)};

constexpr std::array linux_facts{
    Fact{&D::hung_up_read_is_eio, false, "measured"},
    Fact{&D::hangup_overtakes_output, false, "drivers/tty/n_tty.c, n_tty_read; seen"},
    Fact{&D::hung_up_write_is_eio, false, "measured"},
    Fact{&D::own_write_wakes_write, false, "measured; tty_write_unlock wakes who waits to write"},
    Fact{&D::room_wakes_late, false, "measured; n_tty_check_unthrottle: at most 128 left"},
    Fact{&D::open_wakes, false, "measured"},
    Fact{&D::rest_wakes_read, false, "measured; n_tty's flush commits what it held back"},
    Fact{&D::line_is_limited_alone, false, "measured"},
    Fact{&D::hangup_discards_input, false, "measured"},
    Fact{&D::size_cleared_at_open, false, "measured"},
};

constexpr std::array libkqueue_facts{
    Fact{&D::hung_up_read_is_eio, false, "the console is Linux's own: measured"},
    Fact{&D::hangup_overtakes_output, false, "the same"},
    Fact{&D::hung_up_write_is_eio, false, "measured"},
    Fact{&D::write_data_is_room, false, "src/linux/write.c: SIOCOUTQ"},
    Fact{&D::close_removes, false, "BUGS.md: remove from the kqueue before close"},
    Fact{&D::pollable_queue, false, "measured: kqueue() gives one end of a pipe"},
    Fact{&D::zombie_makes_event, true, "src/linux/proc.c: a pidfd is readable then"},
    Fact{&D::output_wakes_write, true, "epoll's, as measured; one registration has both filters"},
};

constexpr std::array darwin_facts{
    Fact{&D::hung_up_read_is_eio, false, "bsd/kern/tty_ptmx.c, ptcread: 0"},
    Fact{&D::hangup_overtakes_output, true, "not read for that"},
    Fact{&D::hung_up_write_is_eio, false, "bsd/kern/tty_ptmx.c, ptcwrite: EIO"},
    Fact{&D::unopened_takes_writes, false, "ptcwrite: EWOULDBLOCK"},
    Fact{&D::unopened_is_writable, false, "ptmx_kqops_common: true, though write(2) is not"},
    Fact{&D::eof_flag_sticks, false, "ptmx_kqops_common: EV_EOF stays in kn_flags"},
    Fact{&D::eof_truth_sticks, false, "the same: and is asked for"},
    Fact{&D::open_wakes, false, "ptsopen"},
    Fact{&D::own_write_wakes_read, false, "ttyinput, ttstart, ptsstart"},
    Fact{&D::own_read_wakes_read, false, "ptcread: l_start"},
    Fact{&D::write_data_is_room, false, "ptmx_kqops_common: 0 always"},
    Fact{&D::last_close_waits, false, "ptsclose, ttylclose: for 60 ticks"},
    Fact{&D::revoke_discards, true, "spec_close: IO_NDELAY is not FNONBLOCK, so it seems to wait"},
    Fact{&D::leader_exit_waits, false, "proc_exit: ttywait, then VNOP_REVOKE"},
    Fact{&D::size_cleared_at_open, false, "bsd/kern/tty.c, ttyopen"},
    Fact{&D::dev_tty_refused, false, "bsd/miscfs/specfs/spec_vnops.c, filt_specattach"},
    Fact{&D::zombie_makes_event, false, "bsd/kern/kern_event.c, filt_procattach: ESRCH"},
    Fact{&D::inherited_over_fork, false, "bsd/kern/kern_event.c, kqueue_internal: FP_CLOFORK"},
    Fact{&D::receipt_without_room_ends, false, "bsd/kern/kern_event.c, kevent_internal"},
    Fact{&D::long_wait_refused, true, "kevent_get_timeout of 4570, itimerfix; newer not read"},
};

constexpr std::array freebsd_facts{
    Fact{&D::hung_up_read_is_eio, false, "sys/kern/tty_pts.c, ptsdev_read: 0"},
    Fact{&D::hangup_overtakes_output, true, "not read for that"},
    Fact{&D::hung_up_write_is_eio, false, "sys/kern/tty_pts.c, ptsdev_write: EIO in raw mode"},
    Fact{&D::hung_up_line_is_lost, true, "sys/kern/tty_ttydisc.c, ttydisc_rint: no buffer by then"},
    Fact{&D::eof_flag_sticks, false, "tty_pts.c, pts_kqops_read_event: never cleared"},
    Fact{&D::open_wakes, false, "tty_pts.c, ptsdrv_open: no KNOTE"},
    Fact{&D::own_write_wakes_read, false, "ttydisc_rint_done: outwakeup, after each write"},
    Fact{&D::room_wakes_late, false, "sys/kern/tty.c, tty_hiwat_in_unblock"},
    Fact{&D::last_close_waits, false, "sys/kern/tty.c, tty_drain: a second without progress"},
    Fact{&D::quick_close_waits, false, "the same, whatever the slave's flags"},
    Fact{&D::revoke_discards, false, "sys/kern/tty.c, ttydev_close: FREVOKE flushes"},
    Fact{&D::leader_exit_waits, false, "sys/kern/kern_proc.c, killjobc: revokes at once"},
    Fact{&D::size_cleared_at_open, false, "sys/kern/tty.c, ttydev_open leaves it"},
    Fact{&D::zombie_makes_event, false, "sys/kern/kern_event.c, filt_procattach"},
    Fact{&D::inherited_over_fork, true, "kqueueops: not passable"},
    Fact{&D::dev_tty_refused, true, "not read"},
};

constexpr std::array netbsd_facts{
    Fact{&D::hung_up_read_is_eio, true, "sys/kern/tty_pty.c, ptcread: 0, EIO in a race"},
    Fact{&D::hangup_overtakes_output, true, "not read for that"},
    Fact{&D::hung_up_write_is_eio, false, "sys/kern/tty_pty.c, ptcwrite"},
    Fact{&D::unopened_is_writable, false, "filt_ptcwrite: TS_ISOPEN"},
    Fact{&D::hangup_wakes_read, true, "filt_ptcread of 2015: false once closed, so no event"},
    Fact{&D::hangup_wakes_write, true, "filt_ptcwrite of 2015: the same"},
    Fact{&D::open_wakes, false, "ptsopen"},
    Fact{&D::own_write_wakes_read, false, "ptcwrite, ttyinput"},
    Fact{&D::last_close_waits, false, "sys/kern/tty.c, ttywflush: 5 s"},
    Fact{&D::revoke_discards, true, "not read"},
    Fact{&D::leader_exit_waits, false, "sys/kern/kern_exit.c, exit1: ttywait"},
    Fact{&D::size_cleared_at_open, false, "sys/kern/tty.c, ttylopen"},
    Fact{&D::zombie_makes_event, true, "proc_find: ESRCH"},
    Fact{&D::inherited_over_fork, false, "sys/kern/kern_descrip.c, fd_copy"},
    Fact{&D::dev_tty_refused, true, "not read"},
};

constexpr std::array openbsd_facts{
    Fact{&D::hung_up_read_is_eio, false, "sys/kern/tty_pty.c, ptcread: 0"},
    Fact{&D::hangup_overtakes_output, true, "not read for that"},
    Fact{&D::hung_up_write_is_eio, false, "sys/kern/tty_pty.c, ptcwrite"},
    Fact{&D::unopened_is_writable, false, "filt_ptcwrite: TS_ISOPEN"},
    Fact{&D::hangup_wakes_read, false, "filt_ptcread: EV_EOF without carrier, since about 2021"},
    Fact{&D::hangup_wakes_write, false, "filt_ptcwrite: false once closed"},
    Fact{&D::eof_flag_sticks, false, "filt_ptcread: cleared as the carrier is back"},
    Fact{&D::open_wakes, false, "ptsopen"},
    Fact{&D::own_write_wakes_read, false, "ptcwrite, ttyinput"},
    Fact{&D::last_close_waits, false, "sys/kern/tty.c, ttywflush: 5 s"},
    Fact{&D::revoke_discards, true, "not read"},
    Fact{&D::leader_exit_waits, false, "sys/kern/kern_exit.c, exit1: ttywait"},
    Fact{&D::size_cleared_at_open, false, "sys/kern/tty.c, ttyopen"},
    Fact{&D::zombie_makes_event, false, "sys/kern/kern_event.c, filt_procattach: PS_EXITING"},
    Fact{&D::inherited_over_fork, true, "not read"},
    Fact{&D::dev_tty_refused, true, "not read"},
};

}  // namespace

const Dialect& dialect_named(std::string_view name) {
  for (const Dialect& each : dialects) {
    if (each.name == name) return each;
  }
  throw std::out_of_range("no dialect is called " + std::string(name));
}

std::span<const Fact> facts_of(std::string_view name) {
  if (name == "linux") return linux_facts;
  if (name == "libkqueue") return libkqueue_facts;
  if (name == "darwin") return darwin_facts;
  if (name == "freebsd") return freebsd_facts;
  if (name.starts_with("netbsd")) return netbsd_facts;
  if (name.starts_with("openbsd")) return openbsd_facts;
  throw std::out_of_range("no dialect is called " + std::string(name));
}

}  // namespace conq::sim
