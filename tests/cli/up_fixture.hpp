// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/tool.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {

/// A folder with a Procfile, in which `conq up` is run.
class Up : public ::testing::Test {
 protected:
  void procfile(std::string_view text) { dir_.file("Procfile", text); }

  /// `conq up ARG...` in a terminal, to be started.
  Start in_terminal(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.begin(), "up");
    Start start;
    start.arguments = std::move(arguments);
    start.directory = dir_.path();
    return start;
  }
  /// The same with pipes.
  Start piped(std::vector<std::string> arguments = {}) const {
    Start start = in_terminal(std::move(arguments));
    start.in = Stream::null;
    start.out = start.err = Stream::pipe;
    return start;
  }
  /// Runs it to its end, with pipes.
  ToolResult up(std::vector<std::string> arguments = {}) const {
    const Start start = piped(std::move(arguments));
    return run_tool(start.arguments, {}, start);
  }
  /// What of `text` stands behind the label of a process, in order.
  static std::vector<std::string> lines_from(std::string_view label, std::string_view text) {
    std::vector<std::string> lines;
    for (const std::string& line : lines_of(text)) {
      const std::size_t bar = line.find_first_of("|+");
      if (bar == std::string::npos || line.size() < bar + 2) {
        ADD_FAILURE() << "no prefix: " << line;
        continue;
      }
      const std::size_t end = line.find_last_not_of(' ', bar - 1);
      if (line.substr(0, end + 1) == label) lines.push_back(line.substr(bar + 2));
    }
    return lines;
  }

  TempDir dir_;
};

}  // namespace conq::test
