// SPDX-License-Identifier: Apache-2.0
#pragma once

#include_next <sys/ioctl.h>

#include "../../common/ioctl_code.h"

// NetBSD, sys/sys/ttycom.h 1.21.34.1; PATH_MAX is 1024 there.
struct ptmget {
  int cfd;
  int sfd;
  char cn[1024];
  char sn[1024];
};
#define TIOCPTMGET CONQ_SIMULATED_IO_READ('t', 70, sizeof(struct ptmget))
#define TIOCGRANTPT CONQ_SIMULATED_IO('t', 71)
#define TIOCPTSNAME CONQ_SIMULATED_IO_READ('t', 72, sizeof(struct ptmget))
