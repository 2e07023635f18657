// SPDX-License-Identifier: Apache-2.0
#pragma once

#include_next <fcntl.h>

// NetBSD, sys/sys/fcntl.h. Linux gives these numbers to F_SETSIG and F_GETSIG, which NetBSD has not.
#undef F_SETSIG
#undef F_GETSIG
#define F_CLOSEM 10
#define F_MAXFD 11
