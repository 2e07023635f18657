// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the BSDs and XNU number their ioctl(2) requests (sys/ioccom.h of each); Linux's _IO and _IOR
// do it otherwise.
#define CONQ_SIMULATED_IO(group, number) \
  (0x20000000UL | (static_cast<unsigned long>(group) << 8) | (number))
#define CONQ_SIMULATED_IO_READ(group, number, size)                       \
  (0x40000000UL | ((static_cast<unsigned long>(size) & 0x1fffUL) << 16) | \
   (static_cast<unsigned long>(group) << 8) | (number))
