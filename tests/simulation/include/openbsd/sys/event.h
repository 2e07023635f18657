// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values: openbsd/src, sys/sys/event.h 1.74 of May 2025 (OpenBSD 7.8), which brought EVFILT_USER;
// with CONQ_SIMULATED_OPENBSD_OLD as before it.

#include <stdint.h>
#include <sys/types.h>

#include "../../common/signed_filters.h"
#define EVFILT_AIO (-3)
#define EVFILT_DEVICE (-8)
#define EVFILT_EXCEPT (-9)
#ifdef CONQ_SIMULATED_OPENBSD_OLD
#define EVFILT_SYSCOUNT 9
#else
#define EVFILT_USER (-10)
#define EVFILT_SYSCOUNT 10
#endif

struct kevent {
  uintptr_t ident;
  short filter;
  unsigned short flags;
  unsigned int fflags;
  int64_t data;
  void* udata;
};

#include "../../common/event_flags.h"
#include "../../common/receipt_flags.h"
#ifndef CONQ_SIMULATED_OPENBSD_OLD
#include "../../common/user_notes.h"
#endif
#define EV_SYSFLAGS 0xf800

#define NOTE_EOF 0x0002
#define NOTE_OOB 0x0004

#define NOTE_REVOKE 0x0040
#define NOTE_TRUNCATE 0x0080

#define NOTE_PCTRLMASK 0xf0000000

#define NOTE_CHANGE 0x00000001

#define NOTE_MSECONDS 0x00000000
#define NOTE_SECONDS 0x00000001
#define NOTE_USECONDS 0x00000002
#define NOTE_NSECONDS 0x00000003
#define NOTE_ABSTIME 0x00000010

#define CONQ_SIMULATED_COUNT int
#include "../../common/calls.h"

extern "C" int kqueue1(int flags);
