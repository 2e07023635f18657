// SPDX-License-Identifier: Apache-2.0
#pragma once

#include_next <sys/ioctl.h>

#include "../../common/ioctl_code.h"

// FreeBSD, sys/sys/ttycom.h: answers whether the descriptor is a master.
#define TIOCPTMASTER CONQ_SIMULATED_IO('t', 28)
