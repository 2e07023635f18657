# SPDX-License-Identifier: Apache-2.0
# What every target of conq is compiled with.

add_library(conq_build_flags INTERFACE)
target_compile_features(conq_build_flags INTERFACE cxx_std_20)
target_compile_options(conq_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough
  # GCC 12 takes assignments inside std::string for overlapping copies (its bug 105651).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  # Where sources are compiled many at a time, GCC takes an unnamed namespace of one for a header's.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<OR:$<BOOL:${CMAKE_UNITY_BUILD}>,$<BOOL:${CONQ_UNITY_TESTS}>>>:-Wno-subobject-linkage>
  $<$<BOOL:${CONQ_WERROR}>:-Werror>)
if(CONQ_SANITIZE)
  # The check of virtual tables needs a descriptor of its own, and tests use them up.
  set(conq_no_vptr)
  if(CONQ_SANITIZE MATCHES undefined)
    set(conq_no_vptr -fno-sanitize=vptr)
  endif()
  target_compile_options(conq_build_flags INTERFACE
    -fsanitize=${CONQ_SANITIZE} ${conq_no_vptr} -fno-omit-frame-pointer -fno-sanitize-recover=all
    # What the instrumentation adds confuses this warning; the plain build has it.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(conq_build_flags INTERFACE -fsanitize=${CONQ_SANITIZE} ${conq_no_vptr})
endif()
set(CMAKE_CXX_EXTENSIONS OFF)
if(CONQ_COVERAGE)
  # A line that several threads run is still counted once a run.
  target_compile_options(conq_build_flags INTERFACE --coverage -fprofile-update=atomic)
  # Children that end by _exit() have run lines, too. An archive that comes behind may want it.
  target_link_options(conq_build_flags INTERFACE
    --coverage LINKER:--wrap=_exit LINKER:-u,__wrap__exit)
  add_library(conq_counted_exit STATIC ${CMAKE_CURRENT_LIST_DIR}/counted_exit.cpp)
  target_link_libraries(conq_build_flags INTERFACE conq_counted_exit)
  # GCC writes the counts before an exec only where it knows execve for its own.
  set(CMAKE_CXX_EXTENSIONS ON)
endif()

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
