# SPDX-License-Identifier: Apache-2.0
# conq_headers_of_host(TARGET ENTRY...): an imported target with the named entries of the building
# machine's include folder, and with nothing else that is there.
function(conq_headers_of_host target)
  string(MAKE_C_IDENTIFIER ${target} folder)
  set(folder ${PROJECT_BINARY_DIR}/headers/${folder})
  file(MAKE_DIRECTORY ${folder})
  foreach(entry ${ARGN})
    if(NOT EXISTS /usr/include/${entry})
      message(FATAL_ERROR "/usr/include/${entry} is missing; scripts/setup installs it")
    endif()
    file(CREATE_LINK /usr/include/${entry} ${folder}/${entry} SYMBOLIC)
  endforeach()
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${target} SYSTEM INTERFACE ${folder})
endfunction()
