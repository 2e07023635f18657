// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values: NetBSD/src, sys/sys/event.h 1.54 (NetBSD 10); with CONQ_SIMULATED_NETBSD_9 as before it,
// where udata is a number and EVFILT_USER, EV_RECEIPT and EV_DISPATCH are missing.

#include <stdint.h>
#include <sys/types.h>

#define CONQ_SIMULATED_NUMBER(number) number##U
#define EVFILT_READ 0U
#define EVFILT_WRITE 1U
#define EVFILT_AIO 2U
#define EVFILT_VNODE 3U
#define EVFILT_PROC 4U
#define EVFILT_SIGNAL 5U
#define EVFILT_TIMER 6U
#define EVFILT_FS 7U
#ifdef CONQ_SIMULATED_NETBSD_9
#define EVFILT_SYSCOUNT 8U
#else
#define EVFILT_USER 8U
#define EVFILT_EMPTY 9U
#define EVFILT_SYSCOUNT 10U
#endif

struct kevent {
  uintptr_t ident;
  uint32_t filter;
  uint32_t flags;
  uint32_t fflags;
  int64_t data;
#ifdef CONQ_SIMULATED_NETBSD_9
  intptr_t udata;
#else
  void* udata;
#endif
};

#include "../../common/event_flags.h"
#define EV_SYSFLAGS 0xF000U
#define NOTE_REVOKE 0x0040U
#define NOTE_PCTRLMASK 0xf0000000U

#ifndef CONQ_SIMULATED_NETBSD_9
#include "../../common/receipt_flags.h"
#include "../../common/user_notes.h"
#define NOTE_OPEN 0x0080U
#define NOTE_CLOSE 0x0100U
#define NOTE_CLOSE_WRITE 0x0200U
#define NOTE_READ 0x0400U
#define NOTE_MSECONDS 0x00000000U
#define NOTE_SECONDS 0x00000001U
#define NOTE_USECONDS 0x00000002U
#define NOTE_NSECONDS 0x00000003U
#define NOTE_ABSTIME 0x00000010U
#endif

#define CONQ_SIMULATED_COUNT size_t
#include "../../common/calls.h"

extern "C" int kqueue1(int flags);
