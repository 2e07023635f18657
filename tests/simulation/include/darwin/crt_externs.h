// SPDX-License-Identifier: Apache-2.0
#pragma once

// macOS, crt_externs.h.
extern "C" char*** _NSGetEnviron();
