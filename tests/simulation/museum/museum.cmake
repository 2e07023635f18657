# SPDX-License-Identifier: Apache-2.0
# The museum on simulated kernels: a program for each dialect, simulated_museum_<dialect>. Tests of
# tests/museum that need no process of the host's are the same here; the others have a file of this
# folder.

set(museum
  m01_last_bytes m02_exit_after_output m03_kept_output m05_reopened_slave m06_shutdown
  m07_unread_write m08_wait_ends m09_reused_number m10_drain_at_eof m13_partial_write
  m15_window_size)
list(TRANSFORM museum PREPEND ${PROJECT_SOURCE_DIR}/tests/museum/)
list(TRANSFORM museum APPEND _test.cpp)
set(museum_folder ${CMAKE_CURRENT_LIST_DIR})
set(simulated_museum
  garbage interleavings m01_overtaken m03_kept_output m04_no_busy_loop m09_reused_number
  m11_read_of_zero m12_dev_tty m14_big_paste m16_leaked_descriptor silent_hangup)
list(TRANSFORM simulated_museum PREPEND ${museum_folder}/)
list(TRANSFORM simulated_museum APPEND _test.cpp)
conq_simulation_typed_tests(simulation_museum ${museum} ${simulated_museum})
# Only there a stream is awaited awake, and room is asked for.
target_sources(simulation_museum_epoll PRIVATE ${museum_folder}/room_test.cpp
                                                ${museum_folder}/streaming_test.cpp)

foreach(dialect ${tested_dialects})
  conq_queue_of(${dialect} queue)
  set(program simulated_museum_${dialect})
  conq_simulation_program(${program} ${dialect}
    $<TARGET_OBJECTS:simulation_museum_${queue}> $<TARGET_OBJECTS:simulation_support>)
  # In one process, as there are many. No shell that traps SIGWINCH is simulated, and what row 9
  # meets by many rounds has its moment in m09.
  add_test(NAME simulation.museum.${dialect} COMMAND ${program}
    --gtest_filter=-Museum09/*.AnEventNever*:Museum15/*.EachChangeRaisesSigwinch*)
  set_tests_properties(simulation.museum.${dialect} PROPERTIES TIMEOUT 300)
endforeach()
