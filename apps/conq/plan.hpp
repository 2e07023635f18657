// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formation.hpp"
#include "procfile.hpp"

namespace conq::app {

/// A process to be started.
struct PlannedProcess {
  std::string label;     ///< before its lines: the name, with .1, .2... where there are several
  std::string instance;  ///< the name and the number always, as the variable PS has it
  std::string command;
  int port = 0;  ///< the variable PORT
  friend bool operator==(const PlannedProcess&, const PlannedProcess&) = default;
};

/// Which processes run: those that `names` selects, or all where it is empty, as many as
/// `formation` says, else one of each. Each entry of the Procfile has a hundred ports from
/// `base_port` on, each process of it the next of these. Throws a Failure about a name that is not
/// in the Procfile, and where nothing is left to run.
std::vector<PlannedProcess> plan(const std::vector<ProcfileEntry>& entries,
                                 const std::vector<std::string>& names,
                                 const std::optional<Formation>& formation, int base_port);

}  // namespace conq::app
