# SPDX-License-Identifier: Apache-2.0
# Compiles the consumer with what pkg-config says of the installed tree, and runs it.
include(${CMAKE_CURRENT_LIST_DIR}/run_step.cmake)

file(GLOB pc_dirs ${PREFIX}/lib*/pkgconfig ${PREFIX}/lib/*/pkgconfig)
list(JOIN pc_dirs ":" pc_path)
set(ENV{PKG_CONFIG_PATH} "${pc_path}:$ENV{PKG_CONFIG_PATH}")
execute_process(COMMAND ${PKG_CONFIG} --static --cflags --libs conq
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags)

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
run_step(${COMPILER} -std=c++20 ${HERE}/consumer/main.cpp -o ${WORK}/consumer ${flags})
run_step(${WORK}/consumer)
