# SPDX-License-Identifier: Apache-2.0
# podman with conmon and with conq-conmon. Off by default: podman needs more of a system than the gate may
# ask for. What it cannot do here is skipped, by the suite's status 77.
option(CONQ_PLAY_PODMAN "Test conq-conmon with podman (apt-get install podman conmon)" OFF)
if(NOT CONQ_PLAY_PODMAN)
  return()
endif()

set(suite ${CMAKE_CURRENT_LIST_DIR}/run)
if(TARGET conq_conmon)
  add_test(NAME oci.podman COMMAND ${suite} --quick --monitor $<TARGET_FILE:conq_conmon>)
  set_tests_properties(oci.podman PROPERTIES
    TIMEOUT 1800 SKIP_RETURN_CODE 77 RESOURCE_LOCK podman)
endif()

# oci_finds(MONITOR CASE): the suite sees what is wrong with a monitor of wrong/.
function(oci_finds monitor case)
  add_test(NAME oci.finds_${monitor}
           COMMAND ${suite} --monitor ${CMAKE_CURRENT_LIST_DIR}/wrong/${monitor} --only ${case})
  set_tests_properties(oci.finds_${monitor} PROPERTIES
    PASS_REGULAR_EXPRESSION "different +${case}"
    TIMEOUT 300 SKIP_RETURN_CODE 77 RESOURCE_LOCK podman)
endfunction()
oci_finds(status run.both_streams)
oci_finds(lost_output logs.big)
oci_finds(open_input run.input)
