// SPDX-License-Identifier: Apache-2.0
#pragma once

#include_next <stdlib.h>

// FreeBSD, include/stdlib.h.
extern "C" char* fdevname_r(int fd, char* name, int size);
