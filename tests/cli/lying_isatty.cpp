// SPDX-License-Identifier: Apache-2.0
// A library to be loaded before others, to which every descriptor is a terminal.

extern "C" int isatty(int /*fd*/) noexcept { return 1; }
