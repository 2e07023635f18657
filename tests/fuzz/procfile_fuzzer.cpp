// SPDX-License-Identifier: Apache-2.0
// A Procfile is refused with its place, or what was read of it, written again, reads the same.
#include <set>
#include <string>

#include "failure.hpp"
#include "procfile.hpp"
#include "tests/fuzz/check.hpp"

using conq::fuzz::check;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<conq::app::ProcfileEntry> entries;
  try {
    entries = conq::app::parse_procfile(conq::fuzz::text_of(data, size), "Procfile");
  } catch (const conq::app::Failure& refused) {
    check(std::string_view(refused.what()).substr(0, 9) == "Procfile:", "a refusal names the file");
    return 0;
  }
  check(!entries.empty(), "there is an entry");
  std::set<std::string> names;
  std::string again;
  for (const auto& entry : entries) {
    check(names.insert(entry.name).second, "names differ");
    check(entry.name.find_first_of(":\n \t") == std::string::npos, "a name is a word");
    check(!entry.command.empty() && entry.command.find_first_of({"\n", 2}) == std::string::npos,
          "a command is a line that exec(3) can take");
    again += entry.name + ": " + entry.command + "\n";
  }
  check(conq::app::parse_procfile(again, "Procfile") == entries, "written again it reads the same");
  return 0;
}
