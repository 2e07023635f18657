// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include "event_set.h"

// CONQ_SIMULATED_COUNT: int, but size_t on NetBSD.
extern "C" {
int kqueue();
int kevent(int queue, const struct kevent* changes, CONQ_SIMULATED_COUNT change_count,
           struct kevent* events, CONQ_SIMULATED_COUNT event_count, const struct timespec* timeout);
}
