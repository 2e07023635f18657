// SPDX-License-Identifier: Apache-2.0
#pragma once

// GCC's stddef.h takes its types from here where __FreeBSD__ is defined; without them it has its
// own.
