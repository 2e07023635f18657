# SPDX-License-Identifier: Apache-2.0
if(NOT TARGET fmt::fmt)
  include(${CMAKE_CURRENT_LIST_DIR}/HeadersOfHost.cmake)
  conq_headers_of_host(fmt::fmt-header-only fmt)
  target_compile_definitions(fmt::fmt-header-only INTERFACE FMT_HEADER_ONLY)
  # The library of the building machine is of no use here.
  add_library(fmt::fmt ALIAS fmt::fmt-header-only)
endif()
set(fmt_FOUND TRUE)
