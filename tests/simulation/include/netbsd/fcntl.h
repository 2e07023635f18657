// SPDX-License-Identifier: Apache-2.0
#pragma once

#include_next <fcntl.h>

// NetBSD, sys/sys/fcntl.h. Linux has F_SETSIG and F_GETSIG there, which NetBSD does not know.
#undef F_SETSIG
#undef F_GETSIG
#define F_CLOSEM 10
#define F_MAXFD 11
