# SPDX-License-Identifier: Apache-2.0
# conq_libkqueue: links libkqueue, which gives Linux the kqueue(2) calls.

find_package(PkgConfig)
if(PKG_CONFIG_FOUND)
  pkg_check_modules(LIBKQUEUE IMPORTED_TARGET libkqueue)
endif()
if(NOT TARGET PkgConfig::LIBKQUEUE)
  message(FATAL_ERROR
    "CONQ_LIBKQUEUE is ON, but pkg-config finds no module libkqueue.\n"
    "Debian 12 has no such package: install libkqueue from its sources, with its libkqueue.pc in a "
    "folder that PKG_CONFIG_PATH names, or configure with -DCONQ_LIBKQUEUE=OFF, which leaves the "
    "epoll backend.")
endif()
add_library(conq_libkqueue INTERFACE)
target_link_libraries(conq_libkqueue INTERFACE PkgConfig::LIBKQUEUE)
