# SPDX-License-Identifier: Apache-2.0
# Asks PROGRAM for its tests and writes them into TESTS, for CTest. See DiscoverTests.cmake.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests WORKING_DIRECTORY ${FOLDER} TIMEOUT 60
  OUTPUT_VARIABLE listed ERROR_VARIABLE complaint RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  # Left there it would pass for built.
  file(REMOVE ${PROGRAM} ${TESTS})
  message(FATAL_ERROR "${PROGRAM} --gtest_list_tests: ${status}\n${listed}\n${complaint}")
endif()

# A test of CTest, and what else is to be said of it.
function(write_test test)
  list(JOIN ARGN " " more)
  string(APPEND script
    "add_test([==[${NAME}.${test}]==] [==[${PROGRAM}]==] ${more})\n"
    "set_tests_properties([==[${NAME}.${test}]==] PROPERTIES WORKING_DIRECTORY [==[${FOLDER}]==])\n")
  set(script "${script}" PARENT_SCOPE)
endfunction()
function(set_property_of test)
  list(JOIN ARGN " " properties)
  set(script "${script}set_tests_properties([==[${NAME}.${test}]==] PROPERTIES ${properties})\n" PARENT_SCOPE)
endfunction()

set(script "")
# A comment gives the type or the value; brackets and semicolons in it would break the list.
string(REGEX REPLACE "[ .]*#[^\n]*" "" listed "${listed}")
string(REPLACE "\n" ";" lines "${listed}")
foreach(line IN LISTS lines)
  if(line MATCHES "^  (.+)$")
    set(test "${suite}.${CMAKE_MATCH_1}")
    if(SUITES)
      continue()
    endif()
    write_test("${test}" "[==[--gtest_filter=${test}]==]" --gtest_also_run_disabled_tests)
    set_property_of("${test}" TIMEOUT 300 "SKIP_REGULAR_EXPRESSION [==[\\[  SKIPPED \\]]==]")
    if(test MATCHES "(^|\\.|/)DISABLED_")
      set_property_of("${test}" DISABLED TRUE)
    endif()
  elseif(line MATCHES "^([A-Za-z0-9_/]+)\\.?$")
    set(suite "${CMAKE_MATCH_1}")
    if(SUITES)
      write_test("${suite}" "[==[--gtest_filter=${suite}.*]==]" --gtest_brief=1)
      set_property_of("${suite}" TIMEOUT 600)
    endif()
  endif()
endforeach()
file(WRITE ${TESTS} "${script}")
