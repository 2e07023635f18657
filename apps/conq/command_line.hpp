// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "formation.hpp"

namespace conq::app {

/// What `conq run` is asked for.
struct RunOptions {
  std::vector<std::string> command;
  std::optional<std::uint16_t> cols, rows;
  std::string record;  ///< the file to record to, if any
  bool overwrite = false;
};

enum class Colours { automatic, always, never };

/// What `conq up` is asked for.
struct UpOptions {
  std::optional<std::string> procfile, root;
  std::vector<std::string> env_files;
  std::optional<Formation> formation;
  std::optional<int> port;
  double timeout = 5;  ///< seconds from SIGTERM to SIGKILL
  bool keep_going = false;
  bool timestamps = false;
  bool raw = false;  ///< control sequences pass
  Colours colours = Colours::automatic;
  std::vector<std::string> names;
};

/// A text that was asked for, --help or --version.
struct Answer {
  std::string text;
};

/// Reads the arguments, those after the program's name. Throws a Failure about usage.
std::variant<RunOptions, UpOptions, Answer> parse_command_line(std::vector<std::string> arguments);

}  // namespace conq::app
