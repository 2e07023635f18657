// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "failure.hpp"

namespace conq::app {
namespace {

constexpr int ports_of_an_entry = 100;

void check_name(const std::vector<ProcfileEntry>& entries, const std::string& name) {
  const auto has_name = [&name](const ProcfileEntry& entry) { return entry.name == name; };
  if (std::any_of(entries.begin(), entries.end(), has_name)) return;
  std::string known;
  for (const ProcfileEntry& entry : entries) known += (known.empty() ? "" : ", ") + entry.name;
  throw Failure(usage_error,
                fmt::format("no process \"{}\" in the Procfile; it has {}", name, known));
}

int count_of(const std::string& name, const std::vector<std::string>& names,
             const std::optional<Formation>& formation) {
  const bool selected = std::find(names.begin(), names.end(), name) != names.end();
  if (!names.empty() && !selected) return 0;
  if (!formation) return 1;
  // A selected process runs, also where the formation is about others.
  if (selected && formation->counts.count(name) == 0) return std::max(formation->others, 1);
  return formation->count_of(name);
}

}  // namespace

std::vector<PlannedProcess> plan(const std::vector<ProcfileEntry>& entries,
                                 const std::vector<std::string>& names,
                                 const std::optional<Formation>& formation, int base_port) {
  for (const std::string& name : names) check_name(entries, name);
  if (formation) {
    for (const auto& [name, count] : formation->counts) check_name(entries, name);
  }
  std::vector<PlannedProcess> planned;
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const ProcfileEntry& entry = entries[index];
    const int count = count_of(entry.name, names, formation);
    const int first_port = base_port + static_cast<int>(index) * ports_of_an_entry;
    for (int number = 1; number <= count; ++number) {
      const std::string instance = fmt::format("{}.{}", entry.name, number);
      planned.push_back(
          {count == 1 ? entry.name : instance, instance, entry.command, first_port + number - 1});
    }
  }
  if (planned.empty()) throw Failure(usage_error, "nothing to run: no process is selected");
  return planned;
}

}  // namespace conq::app
