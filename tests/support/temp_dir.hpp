// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): <cstdlib> need not declare mkdtemp

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace conq::test {

/// A directory of its own for a test, removed with what is in it.
class TempDir {
 public:
  TempDir() {
    std::string pattern = std::filesystem::temp_directory_path() / "conq-test-XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp " + pattern);
    path_ = std::filesystem::canonical(pattern);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ / name; }

  /// Writes a file in it; returns its path.
  std::string file(std::string_view name, std::string_view text,
                   std::filesystem::perms mode = std::filesystem::perms::owner_read |
                                                 std::filesystem::perms::owner_write) const {
    const std::filesystem::path path = path_ / name;
    std::ofstream(path) << text;
    std::filesystem::permissions(path, mode);
    return path;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace conq::test
