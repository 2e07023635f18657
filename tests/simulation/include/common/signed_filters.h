// SPDX-License-Identifier: Apache-2.0
#pragma once

// The filters that have the same number on all kernels but NetBSD (sys/event.h of each).
#define CONQ_SIMULATED_NUMBER(number) number
#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_VNODE (-4)
#define EVFILT_PROC (-5)
#define EVFILT_SIGNAL (-6)
#define EVFILT_TIMER (-7)
