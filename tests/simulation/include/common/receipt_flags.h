// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everywhere but on NetBSD before 10 (its event.h got them in October 2020).
#define EV_RECEIPT CONQ_SIMULATED_NUMBER(0x0040)
#define EV_DISPATCH CONQ_SIMULATED_NUMBER(0x0080)
