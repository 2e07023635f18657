# SPDX-License-Identifier: Apache-2.0
# Configures, builds and runs the project in the folder PROJECT, with FLAGS added.
include(${CMAKE_CURRENT_LIST_DIR}/run_step.cmake)

file(REMOVE_RECURSE ${WORK})
run_step(${CMAKE_COMMAND} -S ${HERE}/${PROJECT} -B ${WORK} -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror ${FLAGS}"
  -DCMAKE_PREFIX_PATH=${PREFIX} -DCONQ_SOURCES=${CONQ_SOURCES})
run_step(${CMAKE_COMMAND} --build ${WORK})
run_step(${WORK}/consumer)
