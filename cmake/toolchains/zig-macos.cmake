# SPDX-License-Identifier: Apache-2.0
# Builds for macOS on Linux, with the zig compiler (clang 16, libc++ 16, the headers of the system).
#   CONQ_MACOS_ARCH  x86_64 or aarch64
#   CONQ_ZIG         the zig executable; scripts/gate/macos puts one under .cache/zig

set(CMAKE_SYSTEM_NAME Darwin)
set(CONQ_MACOS_ARCH x86_64 CACHE STRING "x86_64 or aarch64")
set(CMAKE_SYSTEM_PROCESSOR ${CONQ_MACOS_ARCH})
set(CONQ_ZIG "$ENV{CONQ_ZIG}" CACHE FILEPATH "The zig executable")
if(NOT EXISTS "${CONQ_ZIG}")
  message(FATAL_ERROR "CONQ_ZIG names no zig executable; scripts/test --stage macos fetches one")
endif()

# CMake wants one file for each tool, and zig is all of them.
set(CONQ_ZIG_TOOLS "${CMAKE_BINARY_DIR}/zig-tools" CACHE PATH "Where the wrappers of zig are")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CONQ_MACOS_ARCH CONQ_ZIG CONQ_ZIG_TOOLS)
function(conq_zig_tool name arguments)
  set(tool ${CONQ_ZIG_TOOLS}/${name})
  if(NOT EXISTS ${tool})
    file(WRITE ${tool} "#!/bin/sh\nexec '${CONQ_ZIG}' ${arguments} \"$@\"\n")
    file(CHMOD ${tool} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
  endif()
endfunction()
# zig turns UndefinedBehaviorSanitizer on by itself in a build that is not optimized.
conq_zig_tool(c++ "c++ -target ${CONQ_MACOS_ARCH}-macos -fno-sanitize=all")
conq_zig_tool(cc "cc -target ${CONQ_MACOS_ARCH}-macos -fno-sanitize=all")
conq_zig_tool(ar ar)
conq_zig_tool(ranlib ranlib)
set(CMAKE_CXX_COMPILER ${CONQ_ZIG_TOOLS}/c++)
set(CMAKE_C_COMPILER ${CONQ_ZIG_TOOLS}/cc)
set(CMAKE_AR ${CONQ_ZIG_TOOLS}/ar)
set(CMAKE_RANLIB ${CONQ_ZIG_TOOLS}/ranlib)
# Asked for, but used only where a library is installed; zig has none.
set(CMAKE_INSTALL_NAME_TOOL /bin/true)

# zig brings its own headers of the system; those of the building machine must not be seen.
set(CMAKE_OSX_SYSROOT "")
set(CMAKE_OSX_DEPLOYMENT_TARGET "")
set(CMAKE_FIND_ROOT_PATH ${CONQ_ZIG_TOOLS})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# What the project asks for with find_package, from headers and sources of the building machine.
list(PREPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR}/../cross)
