// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values: sys/event.h of XNU 11417.101.15 (apple-oss-distributions/xnu, bsd/sys/event.h).

#include <stdint.h>
#include <sys/types.h>

#include "../../common/signed_filters.h"
#define EVFILT_AIO (-3)
#define EVFILT_MACHPORT (-8)
#define EVFILT_FS (-9)
#define EVFILT_USER (-10)
#define EVFILT_VM (-12)
#define EVFILT_EXCEPT (-15)
#define EVFILT_SYSCOUNT 18
#define EVFILT_THREADMARKER EVFILT_SYSCOUNT

// A reference to a member is not aligned there: the struct is packed to 4 bytes.
#pragma pack(push, 4)
struct kevent {
  uintptr_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  intptr_t data;
  void* udata;
};
#pragma pack(pop)

struct kevent64_s {
  uint64_t ident;
  int16_t filter;
  uint16_t flags;
  uint32_t fflags;
  int64_t data;
  uint64_t udata;
  uint64_t ext[2];
};

#include "../../common/event_flags.h"
#include "../../common/receipt_flags.h"
#include "../../common/user_notes.h"
#define EV_UDATA_SPECIFIC 0x0100
#define EV_DISPATCH2 (EV_DISPATCH | EV_UDATA_SPECIFIC)
#define EV_VANISHED 0x0200
#define EV_SYSFLAGS 0xF000
#define EV_FLAG0 0x1000
#define EV_POLL EV_FLAG0
#define EV_OOBAND EV_FLAG1

#define KEVENT_FLAG_NONE 0x000000
#define KEVENT_FLAG_IMMEDIATE 0x000001
#define KEVENT_FLAG_ERROR_EVENTS 0x000002

#define NOTE_OOB 0x00000002

#define NOTE_REVOKE 0x00000040
#define NOTE_NONE 0x00000080
#define NOTE_FUNLOCK 0x00000100
#define NOTE_LEASE_DOWNGRADE 0x00000200
#define NOTE_LEASE_RELEASE 0x00000400

#define NOTE_REAP 0x10000000U
#define NOTE_SIGNAL 0x08000000
#define NOTE_EXITSTATUS 0x04000000
#define NOTE_EXIT_DETAIL 0x02000000
#define NOTE_PCTRLMASK (~NOTE_PDATAMASK)
#define NOTE_EXIT_REPARENTED 0x00080000U
#define NOTE_EXIT_DETAIL_MASK 0x00070000
#define NOTE_EXIT_DECRYPTFAIL 0x00010000
#define NOTE_EXIT_MEMORY 0x00020000
#define NOTE_EXIT_CSERROR 0x00040000

#define NOTE_VM_PRESSURE 0x80000000
#define NOTE_VM_PRESSURE_TERMINATE 0x40000000
#define NOTE_VM_PRESSURE_SUDDEN_TERMINATE 0x20000000
#define NOTE_VM_ERROR 0x10000000

#define NOTE_SECONDS 0x00000001
#define NOTE_USECONDS 0x00000002
#define NOTE_NSECONDS 0x00000004
#define NOTE_ABSOLUTE 0x00000008
#define NOTE_LEEWAY 0x00000010
#define NOTE_CRITICAL 0x00000020
#define NOTE_BACKGROUND 0x00000040
#define NOTE_MACH_CONTINUOUS_TIME 0x00000080
#define NOTE_MACHTIME 0x00000100

#define CONQ_SIMULATED_COUNT int
#include "../../common/calls.h"

extern "C" int kevent64(int queue, const struct kevent64_s* changes, int change_count,
                        struct kevent64_s* events, int event_count, unsigned flags,
                        const struct timespec* timeout);
