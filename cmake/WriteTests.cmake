# SPDX-License-Identifier: Apache-2.0
# Asks PROGRAM for its tests and writes them into TESTS, for CTest. See DiscoverTests.cmake.
execute_process(COMMAND ${PROGRAM} --gtest_list_tests WORKING_DIRECTORY ${FOLDER} TIMEOUT 60
  OUTPUT_VARIABLE listed ERROR_VARIABLE complaint RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  # Left there it would pass for built.
  file(REMOVE ${PROGRAM} ${TESTS})
  message(FATAL_ERROR "${PROGRAM} --gtest_list_tests: ${status}\n${listed}\n${complaint}")
endif()

# write_test(NAME FILTER ARGUMENT PROPERTY...): one of CTest, which runs what FILTER names.
function(write_test test filter argument)
  list(JOIN ARGN " " properties)
  set(script "${script}add_test([==[${NAME}.${test}]==] [==[${PROGRAM}]==] [==[--gtest_filter=${filter}]==] ${argument})
set_tests_properties([==[${NAME}.${test}]==] PROPERTIES WORKING_DIRECTORY [==[${FOLDER}]==] ${properties})
" PARENT_SCOPE)
endfunction()

set(script "")
# A comment gives the type or the value; brackets and semicolons in it would break the list.
string(REGEX REPLACE "[ .]*#[^\n]*" "" listed "${listed}")
string(REPLACE "\n" ";" lines "${listed}")
foreach(line IN LISTS lines)
  if(line MATCHES "^([A-Za-z0-9_/]+)\\.?$")
    set(suite "${CMAKE_MATCH_1}")
    if(SUITES)
      write_test("${suite}" "${suite}.*" --gtest_brief=1 TIMEOUT 600)
    endif()
  elseif(NOT SUITES AND line MATCHES "^  (.+)$")
    set(test "${suite}.${CMAKE_MATCH_1}")
    set(disabled FALSE)
    if(test MATCHES "(^|\\.|/)DISABLED_")
      set(disabled TRUE)
    endif()
    write_test("${test}" "${test}" --gtest_also_run_disabled_tests
      TIMEOUT 300 "SKIP_REGULAR_EXPRESSION [==[\\[  SKIPPED \\]]==]" DISABLED ${disabled})
  endif()
endforeach()
file(WRITE ${TESTS} "${script}")
