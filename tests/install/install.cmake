# SPDX-License-Identifier: Apache-2.0
# Installs BUILD into an empty PREFIX; every part has to be there.
include(${CMAKE_CURRENT_LIST_DIR}/run_step.cmake)

file(REMOVE_RECURSE ${PREFIX})
run_step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${PREFIX})

set(wanted include/conq/conq.hpp include/conq/detail/operation.hpp lib*/libconq.* lib*/pkgconfig/conq.pc
  lib*/cmake/conq/conqConfig.cmake lib*/cmake/conq/conqConfigVersion.cmake)
if(TOOL)
  list(APPEND wanted bin/conq share/man/man1/conq.1 share/man/man1/conq-run.1 share/man/man1/conq-up.1
    share/bash-completion/completions/conq share/zsh/site-functions/_conq)
  if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    list(APPEND wanted bin/conq-conmon share/man/man1/conq-conmon.1)
  endif()
endif()
foreach(pattern ${wanted})
  # Debian's lib folder may have one for the architecture in it.
  string(REPLACE "lib*/" "lib/*/" nested ${pattern})
  file(GLOB found ${PREFIX}/${pattern} ${PREFIX}/${nested})
  if(NOT found)
    message(FATAL_ERROR "${pattern} was not installed into ${PREFIX}")
  endif()
endforeach()
if(TOOL)
  run_step(${PREFIX}/bin/conq --version)
endif()
