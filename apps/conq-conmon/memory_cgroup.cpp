// SPDX-License-Identifier: Apache-2.0
#include "memory_cgroup.hpp"

#include <utility>
#include <vector>

namespace conq::conmon {
namespace {

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(at));
    parts.push_back(part);
    text.remove_prefix(part.size() == text.size() ? part.size() : part.size() + 1);
  }
  return parts;
}

bool lists(std::string_view list, std::string_view wanted) {
  for (const std::string_view one : split(list, ',')) {
    if (one == wanted) return true;
  }
  return false;
}

constexpr std::size_t npos = std::string_view::npos;

/// The path in the hierarchy that has the controller; of the common one if none of v1 has.
std::optional<std::pair<std::string_view, bool>> place(std::string_view cgroups) {
  std::optional<std::pair<std::string_view, bool>> found;
  for (const std::string_view line : split(cgroups, '\n')) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == npos ? npos : line.find(':', first + 1);
    if (second == npos) continue;
    const std::string_view path = line.substr(second + 1);
    if (lists(line.substr(first + 1, second - first - 1), "memory")) return {{path, false}};
    if (line.substr(0, second + 1) == "0::") found = {path, true};
  }
  return found;
}

/// A space in a path of mountinfo is \040.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && text.size() - i > 3) {
      plain +=
          static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0');
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

}  // namespace

std::optional<MemoryCgroup> find_memory_cgroup(std::string_view cgroups, std::string_view mounts) {
  const auto where = place(cgroups);
  if (!where) return std::nullopt;
  auto [path, v2] = *where;
  for (const std::string_view line : split(mounts, '\n')) {
    const std::size_t middle = line.find(" - ");
    if (middle == npos) continue;
    const auto mount = split(line.substr(0, middle), ' ');
    const auto kind = split(line.substr(middle + 3), ' ');
    if (mount.size() < 5 || kind.size() < 3) continue;
    if (v2 ? kind[0] != "cgroup2" : kind[0] != "cgroup" || !lists(kind[2], "memory")) continue;
    // A mount of a part of the hierarchy shows what is below that.
    const std::string root = unescaped(mount[3]);
    if (root != "/" && path.substr(0, root.size()) == root) path.remove_prefix(root.size());
    return MemoryCgroup{unescaped(mount[4]).append(path), v2};
  }
  return std::nullopt;
}

}  // namespace conq::conmon
