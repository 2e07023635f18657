# SPDX-License-Identifier: Apache-2.0
# Random programs: a program for each dialect, simulated_random_<dialect>.

set(random_folder ${CMAKE_CURRENT_LIST_DIR})
conq_simulation_objects(simulation_random
  ${random_folder}/idle.cpp ${random_folder}/oracle.cpp ${random_folder}/program.cpp
  ${random_folder}/trace.cpp)
foreach(queue kqueue epoll)
  string(REPLACE "kqueue" "KqueueBackend" backend ${queue})
  string(REPLACE "epoll" "EpollBackend" backend ${backend})
  conq_simulation_objects(simulation_random_${queue}
    ${random_folder}/actions.cpp ${random_folder}/faults.cpp ${random_folder}/isolated.cpp
    ${random_folder}/main.cpp ${random_folder}/operations.cpp ${random_folder}/world.cpp)
  target_compile_definitions(simulation_random_${queue} PRIVATE CONQ_RANDOM_BACKEND=${backend})
endforeach()

# Over all dialects 100000 seeds; in two tests each, for as many processors.
set(seeds 6250)
if(CONQ_SANITIZE OR CONQ_COVERAGE)
  set(seeds 200)
endif()
foreach(dialect ${dialects})
  conq_queue_of(${dialect} queue)
  set(program simulated_random_${dialect})
  conq_simulation_program(${program} ${dialect} NO_MAIN
    $<TARGET_OBJECTS:simulation_random> $<TARGET_OBJECTS:simulation_random_${queue}>)
  foreach(part 1 2)
    math(EXPR first "1 + (${part} - 1) * ${seeds}")
    add_test(NAME simulation.random.${dialect}.${part}
             COMMAND ${program} --seeds ${first} ${seeds})
    set_tests_properties(simulation.random.${dialect}.${part} PROPERTIES TIMEOUT 600)
  endforeach()
  if(CONQ_SANITIZE OR CONQ_COVERAGE)
    continue()
  endif()
  # That the oracle can fail: what the kernel does wrong on purpose is told of.
  set(noticed_byte "(the kernel keeps each byte|bytes in order)")
  set(noticed_event "(nothing waits while it could go on|found after a while|ends)")
  foreach(broken byte event)
    add_test(NAME simulation.random.${dialect}.broken_${broken}
             COMMAND ${program} --seeds 1 2000 --broken ${broken})
    set_tests_properties(simulation.random.${dialect}.broken_${broken} PROPERTIES TIMEOUT 600
      PASS_REGULAR_EXPRESSION "does not hold: ${noticed_${broken}}.*shrunk to [0-9]+ actions")
  endforeach()
endforeach()
