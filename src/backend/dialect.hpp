// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::detail {

/// How a kernel speaks of a console, as data: a row for each kernel, none of it known to the
/// engine.
struct Dialect {
  const char* name = "";
  /// read(2) of a console whose other side is gone: EIO (Linux), or 0.
  bool read_zero_is_hangup = false;
  /// A read that gave less than was asked for has emptied the console, and what comes later makes a
  /// new event; so it need not be asked again at once. Not so while it is hung up.
  bool short_read_empties = false;
  /// Behind what a console gives at a time more may wait, and a worker of the kernel's brings that
  /// up a moment after a read.
  bool refills = false;
  /// An event's hangup flag tells of now. Where not, it may be left over from before a reopen, and
  /// only reading tells.
  bool hangup_flag_is_current = false;
  /// A hung-up console may have bytes left. Elsewhere the last close waits until they are read, or
  /// throws them away.
  bool hangup_leaves_bytes = false;
  /// A hangup makes no event, or none for those who write: consoles are asked, at a slow rate.
  bool hangup_is_silent = false;
  /// No event tells a writer that the other side is back; it is asked likewise.
  bool reopen_is_silent = false;
  /// A session leader's exit waits until its terminal is drained, as long as that is open, so one
  /// slave is kept for it. Where it does not wait, a slave that is kept would be revoked with what
  /// is unread; the last close waits there.
  bool slave_is_kept = false;
  /// A queue can be watched by another one. libkqueue 2.7 gives one end of a pipe for a queue, and
  /// keeps to itself what could be polled.
  bool queue_is_pollable = true;
};

namespace dialect {

/// Linux 6.18, measured: EIO at hangup; 0 is a typed end of file, or a terminal that vanished for
/// good. Short reads: n_tty wakes its reader at each commit of the flush worker, and a read flushes
/// before it reports less; pipes and sockets as epoll(7) says.
inline constexpr Dialect linux_epoll{.name = "linux-epoll",
                                     .short_read_empties = true,
                                     .refills = true,
                                     .hangup_flag_is_current = true,
                                     .hangup_leaves_bytes = true,
                                     .slave_is_kept = true};
/// libkqueue answers EV_EOF from epoll's state at that time; the console is Linux's own.
inline constexpr Dialect linux_libkqueue{.name = "linux-libkqueue",
                                         .hangup_flag_is_current = true,
                                         .hangup_leaves_bytes = true,
                                         .slave_is_kept = true,
                                         .queue_is_pollable = false};
/// XNU 11417, from its source (ptcread, ttyclose, proc_exit): 0 at hangup; a knote keeps EV_EOF for
/// good.
inline constexpr Dialect darwin{
    .name = "darwin", .read_zero_is_hangup = true, .slave_is_kept = true};
/// FreeBSD 14, from its source (pts_kqops_read_event, ptsdrv_open, killjobc): EV_EOF stays there,
/// too, an open wakes nobody, and an exit revokes at once.
inline constexpr Dialect freebsd{
    .name = "freebsd", .read_zero_is_hangup = true, .reopen_is_silent = true};
/// NetBSD, from its source of 2015 (filt_ptcread, filt_ptcwrite: false once closed).
inline constexpr Dialect netbsd{
    .name = "netbsd", .read_zero_is_hangup = true, .hangup_is_silent = true, .slave_is_kept = true};
/// OpenBSD, from its source: the same before about 2021, and since then for those who write.
inline constexpr Dialect openbsd{.name = "openbsd",
                                 .read_zero_is_hangup = true,
                                 .hangup_is_silent = true,
                                 .slave_is_kept = true};

}  // namespace dialect
}  // namespace conq::detail
