// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values: sys/sys/event.h of FreeBSD 13 (freebsd-src); struct kevent is so since FreeBSD 12.
// kqueuex and kqueue1 came with FreeBSD 14.

#include <stdint.h>
#include <sys/types.h>

#include "../../common/signed_filters.h"
#define EVFILT_AIO (-3)
#define EVFILT_PROCDESC (-8)
#define EVFILT_FS (-9)
#define EVFILT_LIO (-10)
#define EVFILT_USER (-11)
#define EVFILT_SENDFILE (-12)
#define EVFILT_EMPTY (-13)
#define EVFILT_SYSCOUNT 13

struct kevent {
  uintptr_t ident;
  short filter;
  unsigned short flags;
  unsigned int fflags;
  int64_t data;
  void* udata;
  uint64_t ext[4];
};

#include "../../common/event_flags.h"
#include "../../common/receipt_flags.h"
#include "../../common/user_notes.h"
#define EV_FORCEONESHOT 0x0100
#define EV_SYSFLAGS 0xF000
#define EV_DROP 0x1000
#define EV_FLAG2 0x4000

#define NOTE_FILE_POLL 0x0002

#define NOTE_REVOKE 0x0040
#define NOTE_OPEN 0x0080
#define NOTE_CLOSE 0x0100
#define NOTE_CLOSE_WRITE 0x0200
#define NOTE_READ 0x0400

#define NOTE_PCTRLMASK 0xf0000000

#define NOTE_SECONDS 0x00000001
#define NOTE_MSECONDS 0x00000002
#define NOTE_USECONDS 0x00000004
#define NOTE_NSECONDS 0x00000008
#define NOTE_ABSTIME 0x00000010

#define KQUEUE_CLOEXEC 0x00000001

#define CONQ_SIMULATED_COUNT int
#include "../../common/calls.h"

extern "C" {
int kqueuex(unsigned flags);
int kqueue1(int flags);
}
