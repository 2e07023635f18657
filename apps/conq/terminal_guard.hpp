// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "conq/console.hpp"

namespace conq::app {

/// Holds a terminal in raw mode and gives it back as it was, however its scope is left.
class TerminalGuard {
 public:
  TerminalGuard() = default;
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
  ~TerminalGuard() { restore(); }

  /// Notes the settings of the terminal at `fd`, which stays the caller's, and makes it raw.
  void hold(int fd);
  /// Puts the settings back; the terminal may be gone.
  void restore() noexcept;
  /// After restore(): raw again. Does nothing where no terminal is held.
  void make_raw_again() noexcept;

 private:
  Console terminal_;
};

}  // namespace conq::app
