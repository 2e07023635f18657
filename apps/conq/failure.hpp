// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace conq::app {

/// The exit statuses that are conq's own.
inline constexpr int failed = 1;
inline constexpr int usage_error = 2;
inline constexpr int not_executable = 126;
inline constexpr int not_found = 127;
/// Plus the number of a signal.
inline constexpr int signal_base = 128;

/// Ends conq with a message for the user and an exit status.
class Failure : public std::runtime_error {
 public:
  Failure(int status, const std::string& message) : std::runtime_error(message), status_(status) {}
  int status() const noexcept { return status_; }

 private:
  int status_;
};

/// Tells the user on standard error; where that takes nothing, nobody.
void complain(std::string_view message) noexcept;

}  // namespace conq::app
