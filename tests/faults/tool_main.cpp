// SPDX-License-Identifier: Apache-2.0
// The tool, whose main() has become conq_tool_main(), with the fault that the environment tells:
// CONQ_FAULT is a number of calls.hpp, an errno (below 0: a storm) and which call;
// CONQ_FAULT_COUNTS a file. From the command line on: CLI11 calls std::terminate() where it finds
// no memory.

#include <cstdlib>
#include <sstream>

#include "apps/conq/command_line.hpp"
#include "tests/faults/faults.hpp"

extern "C" int conq_tool_main(int argc, char** argv);

namespace {

using conq::test::Call;
using Request = decltype(conq::app::parse_command_line({}));

void arm_from_environment() {
  if (const char* const path = std::getenv("CONQ_FAULT_COUNTS")) conq::test::share_counts(path);
  conq::test::Fault fault;
  if (const char* const text = std::getenv("CONQ_FAULT")) {
    unsigned call = 0;
    std::istringstream(text) >> call >> fault.error >> fault.nth;
    fault.call = static_cast<Call>(call);
  }
  if (fault.error < 0) {
    conq::test::arm_storm();
  } else {
    conq::test::arm(fault);
  }
}

}  // namespace

// What main.cpp calls instead: see CMakeLists.txt.
Request parse_and_arm(std::vector<std::string> arguments) __asm__("conq_fault_parse");
Request parse_and_arm(std::vector<std::string> arguments) {
  Request request = conq::app::parse_command_line(std::move(arguments));
  arm_from_environment();
  return request;
}

int main(int argc, char** argv) {
  const int status = conq_tool_main(argc, argv);
  conq::test::disarm();
  return status;
}
