# SPDX-License-Identifier: Apache-2.0
# One program on the simulated and on the real Linux: what both print has to be the same.

set(transcript
  edges.cpp end.cpp library.cpp main.cpp processes.cpp queue.cpp queues.cpp say.cpp streams.cpp
  terminals.cpp)
list(TRANSFORM transcript PREPEND ${CMAKE_CURRENT_LIST_DIR}/)
conq_simulation_objects(transcript ${transcript})
conq_simulation_program(transcript_simulated linux NO_MAIN
  $<TARGET_OBJECTS:transcript> $<TARGET_OBJECTS:simulation_support>)
add_executable(transcript_real $<TARGET_OBJECTS:transcript>)
target_link_libraries(transcript_real PRIVATE conq::conq conq_test_support GTest::gtest GTest::gmock
                                              conq_build_flags)
add_test(NAME simulation.transcript
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/compare $<TARGET_FILE:transcript_simulated>
          $<TARGET_FILE:transcript_real> ${CMAKE_CURRENT_BINARY_DIR})
set_tests_properties(simulation.transcript PROPERTIES TIMEOUT 300)
