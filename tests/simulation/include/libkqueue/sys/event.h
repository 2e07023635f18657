// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values: include/sys/event.h of libkqueue 2.7.0 (mheily/libkqueue) as it is installed on Linux.

#include <stdint.h>
#include <sys/types.h>

#define LIBKQUEUE 1

#include "../../common/signed_filters.h"
#define EVFILT_USER (-11)
#define EVFILT_LIBKQUEUE (-12)
#define EVFILT_SYSCOUNT 12

struct kevent {
  uintptr_t ident;
  short filter;
  unsigned short flags;
  unsigned int fflags;
  intptr_t data;
  void* udata;
};

#include "../../common/event_flags.h"
#include "../../common/receipt_flags.h"
#include "../../common/user_notes.h"
#define EV_SYSFLAGS 0xF000

#define NOTE_TRUNCATE 0x0080

#define NOTE_PCTRLMASK 0xf0000000

#define NOTE_LINKUP 0x0001
#define NOTE_LINKDOWN 0x0002
#define NOTE_LINKINV 0x0004

#define NOTE_SECONDS 0x0001
#define NOTE_USECONDS 0x0002
#define NOTE_NSECONDS 0x0004
#define NOTE_ABSOLUTE 0x0008

#define NOTE_VERSION 0x0001
#define NOTE_VERSION_STR 0x0002
#define NOTE_THREAD_SAFE 0x0003
#define NOTE_FORK_CLEANUP 0x0004
#define NOTE_DEBUG 0x0005
#define NOTE_DEBUG_PREFIX 0x0006
#define NOTE_DEBUG_FUNC 0x0007
#define NOTE_FILE_POLL_INTERVAL 0x0008

#define CONQ_SIMULATED_COUNT int
#include "../../common/calls.h"
