// SPDX-License-Identifier: Apache-2.0
#pragma once

// GCC's stddef.h looks here for the types that it is to give where __NetBSD__ is defined.
#define _BSD_PTRDIFF_T_ __PTRDIFF_TYPE__
#define _BSD_SIZE_T_ __SIZE_TYPE__
#define _BSD_WCHAR_T_ __WCHAR_TYPE__
