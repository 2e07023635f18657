// SPDX-License-Identifier: Apache-2.0
#pragma once

#include_next <sys/ioctl.h>

#include "../../common/ioctl_code.h"

// XNU, bsd/sys/ttycom.h: the name is 128 bytes.
#define TIOCPTYGNAME CONQ_SIMULATED_IO_READ('t', 83, 128)
#define TIOCPTYUNLK CONQ_SIMULATED_IO('t', 82)
#define TIOCPTYGRANT CONQ_SIMULATED_IO('t', 84)
