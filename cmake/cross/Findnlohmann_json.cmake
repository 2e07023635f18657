# SPDX-License-Identifier: Apache-2.0
if(NOT TARGET nlohmann_json::nlohmann_json)
  include(${CMAKE_CURRENT_LIST_DIR}/HeadersOfHost.cmake)
  conq_headers_of_host(nlohmann_json::nlohmann_json nlohmann)
endif()
set(nlohmann_json_FOUND TRUE)
