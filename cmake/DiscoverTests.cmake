# SPDX-License-Identifier: Apache-2.0
# conq_discover_tests(PROGRAM [SUITES]): each GoogleTest test of PROGRAM becomes one of CTest, in a
# process of its own, named PROGRAM.Suite.Test as --gtest_filter has it. With SUITES, where processes
# start slowly, each suite becomes one. (gtest_discover_tests of CMake 3.25 garbles the names of suites
# over types that have names.)
function(conq_discover_tests program)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SUITES" "" "")
  set(tests ${CMAKE_CURRENT_BINARY_DIR}/${program}_tests.cmake)
  add_custom_command(TARGET ${program} POST_BUILD BYPRODUCTS ${tests} VERBATIM
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${program}> -DNAME=${program} -DTESTS=${tests}
            -DSUITES=${arg_SUITES} -DFOLDER=${CMAKE_CURRENT_BINARY_DIR}
            -P ${PROJECT_SOURCE_DIR}/cmake/WriteTests.cmake)
  set(include_tests ${CMAKE_CURRENT_BINARY_DIR}/${program}_include.cmake)
  file(WRITE ${include_tests}
    "if(EXISTS \"${tests}\")\n  include(\"${tests}\")\n"
    "else()\n  add_test(${program}_is_not_built ${program}_is_not_built)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include_tests})
endfunction()
