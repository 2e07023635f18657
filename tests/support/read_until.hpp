// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace conq::test {

/// Generous: reached only by a test that fails.
inline constexpr std::chrono::seconds deadline{30};

/// Whether `fd` has something to read (bytes, its end, a hangup) before the deadline.
bool wait_readable(int fd, std::chrono::milliseconds limit = deadline);

/// Reads from `fd` until what was read contains `wanted`; returns all of it. At the end of the
/// stream, a hangup (EIO) or the deadline it returns what there was.
std::string read_until(int fd, std::string_view wanted);

/// Reads from `fd` to the end of the stream or the hangup; returns all of it.
std::string read_to_end(int fd);

/// What can be read from `fd` without waiting; for showing that nothing more came.
std::string read_available(int fd);

}  // namespace conq::test
