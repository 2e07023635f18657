# SPDX-License-Identifier: Apache-2.0
if(NOT TARGET CLI11::CLI11)
  include(${CMAKE_CURRENT_LIST_DIR}/HeadersOfHost.cmake)
  conq_headers_of_host(CLI11::CLI11 CLI)
endif()
set(CLI11_FOUND TRUE)
