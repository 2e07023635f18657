// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "conq/conq.hpp"

namespace conq::conmon {

/// Throws std::system_error with what errno says.
[[noreturn]] void fail(const std::string& what);

/// Writes a file beside `path` and renames it, so that whoever sees the name sees all of it.
/// Throws.
void write_file(const std::string& path, std::string_view text);
/// The first `most` bytes. Throws.
std::string read_file(const std::string& path, std::size_t most);

/// A socket bound to `name` in `directory`, however long that path is; what had the name is gone.
/// Throws.
Fd bind_in(const std::string& directory, const std::string& name, int type, unsigned mode);

/// A file at `name` that need not hold anything. What goes wrong is said.
void touch(const std::string& path) noexcept;

}  // namespace conq::conmon
