# SPDX-License-Identifier: Apache-2.0
# Runs EXAMPLE with INPUT as its stdin; fails unless it prints the lines of EXPECTED, in any order,
# and exits with 0.
execute_process(COMMAND ${EXAMPLE} INPUT_FILE ${INPUT} OUTPUT_VARIABLE printed RESULT_VARIABLE status
                TIMEOUT 50)
file(READ ${EXPECTED} expected)
foreach(text printed expected)
  # A terminal ends lines with a return and a newline.
  string(REPLACE "\r" "" ${text} "${${text}}")
  string(REGEX REPLACE "\n$" "" ${text} "${${text}}")
  string(REPLACE "\n" ";" ${text}_lines "${${text}}")
  list(SORT ${text}_lines)
endforeach()
if(NOT status EQUAL 0 OR NOT "${printed_lines}" STREQUAL "${expected_lines}")
  message(FATAL_ERROR "exit status ${status}, printed:\n${printed}\nexpected:\n${expected}")
endif()
