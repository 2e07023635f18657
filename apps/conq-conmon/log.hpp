// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "options.hpp"

namespace conq::conmon {

/// Which of a container's streams; a terminal's output is all standard output.
enum class Stream { out, err };

/// What conmon reads at once: what is more is several reads to a log.
inline constexpr std::size_t longest_read = 8192;

/// One place where output is kept. What goes wrong after it was made is said once (messages.hpp)
/// and never stops the container.
class Log {
 public:
  virtual ~Log() = default;
  /// What one read gave: records are cut where it ends, and where conmon's reads would, each 8192
  /// bytes.
  virtual void write(Stream stream, std::span<const std::byte> bytes) = 0;
  /// Opens the file anew under its name: somebody has rotated it.
  virtual void reopen() {}
  /// The container has ended: what waits for a line's end is written, and synced if so asked.
  virtual void finish() {}
};

/// The logs that the options name; none for `none`. Throws std::system_error or UsageError with
/// what cannot be opened.
std::vector<std::unique_ptr<Log>> open_logs(const Options& options);

}  // namespace conq::conmon
