// SPDX-License-Identifier: Apache-2.0
#pragma once

#include_next <stdlib.h>
#include <sys/types.h>

// macOS, stdlib.h; its C++ wrapper <cstdlib> does not name it either.
extern "C" char* devname_r(dev_t device, mode_t type, char* name, int size);
