// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::detail {

/// How a kernel speaks of a console, as data: a row for each kernel, none of it known to the
/// engine.
struct Dialect {
  const char* name;
  /// read(2) of a console whose other side is gone: EIO (Linux), or 0.
  bool read_zero_is_hangup;
  /// A read that gave less than was asked for has emptied the console, and what comes later makes a
  /// new event; so it need not be asked again at once. Not so while it is hung up.
  bool short_read_empties;
  /// An event's hangup flag tells of now. Where not, it may be left over from before a reopen, and
  /// only reading tells.
  bool hangup_flag_is_current;
};

namespace dialect {

/// Linux 6.18, measured: EIO at hangup; 0 is a typed end of file, or a terminal that vanished for
/// good. Short reads: n_tty wakes its reader at each commit of the flush worker, and a read flushes
/// before it reports less; pipes and sockets as epoll(7) says.
inline constexpr Dialect linux_epoll{"linux-epoll", false, true, true};
/// libkqueue answers EV_EOF from epoll's state at that time; the console is Linux's own.
inline constexpr Dialect linux_libkqueue{"linux-libkqueue", false, false, true};
/// XNU 11417, from its source (ptcread, ttyclose): 0 at hangup; a knote keeps EV_EOF for good.
inline constexpr Dialect darwin{"darwin", true, false, false};
/// The BSDs, from their sources; whether EV_EOF goes away at a reopen is not confirmed, so unused.
inline constexpr Dialect freebsd{"freebsd", true, false, false};
inline constexpr Dialect netbsd{"netbsd", true, false, false};
inline constexpr Dialect openbsd{"openbsd", true, false, false};

}  // namespace dialect
}  // namespace conq::detail
