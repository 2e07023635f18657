// SPDX-License-Identifier: Apache-2.0
#pragma once

// XNU, bsd/sys/sysctl.h: its numbers, and as much of what it says of a process as terminals need.
// (The C library of Linux has no such header since glibc 2.32.)

#include <sys/types.h>

#define CTL_KERN 1
#define KERN_PROC 14
#define KERN_PROC_PID 1

#define EPROC_CTTY 0x01
#define EPROC_SLEADER 0x02

struct extern_proc {
  int p_flag;
  char p_stat;
  pid_t p_pid;
};

struct kinfo_proc {
  struct extern_proc kp_proc;
  struct eproc {
    pid_t e_ppid;
    pid_t e_pgid;
    short e_jobc;
    dev_t e_tdev;
    pid_t e_tpgid;
    int32_t e_flag;
  } kp_eproc;
};

extern "C" int sysctl(int* name, u_int name_length, void* old, size_t* old_size, void* wanted,
                      size_t wanted_size);
