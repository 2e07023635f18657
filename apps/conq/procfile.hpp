// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace conq::app {

/// An entry of a Procfile, `name: command`.
struct ProcfileEntry {
  std::string name;
  std::string command;
  friend bool operator==(const ProcfileEntry&, const ProcfileEntry&) = default;
};

/// The entries of a Procfile's text, in its order. Empty lines and lines that begin with # are
/// passed over. Throws a Failure, "FILE:LINE: what is wrong", where a line has no colon, its name
/// is not made of letters, digits, - and _, its command is missing or holds a NUL, or its name was
/// there before, and where there is no entry at all.
std::vector<ProcfileEntry> parse_procfile(std::string_view text, std::string_view file);

}  // namespace conq::app
