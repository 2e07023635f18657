// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <termios.h>

#include "conq/fd.hpp"

namespace conq::app {

/// Holds a terminal in raw mode and gives it back as it was, however its scope is left.
///
/// In the background of a job-control shell it leaves the terminal as it is: the settings are those
/// of whoever is in the foreground, and to change them would stop conq (SIGTTOU).
class TerminalGuard {
 public:
  TerminalGuard() = default;
  TerminalGuard(const TerminalGuard&) = delete;
  TerminalGuard& operator=(const TerminalGuard&) = delete;
  ~TerminalGuard() { restore(); }

  /// Holds the terminal at `fd`, which stays the caller's, and makes it raw. Throws a Failure where
  /// no descriptor is left; a terminal that is gone is none.
  void hold(int fd);
  /// Puts the settings back; the terminal may be gone.
  void restore() noexcept;
  /// Raw again if in the foreground, noting the settings it has, else restore(). Does nothing where
  /// no terminal is held.
  void follow_job() noexcept;

 private:
  Fd terminal_;
  termios before_{};
  termios raw_{};  // as the terminal is while nobody else changes it
  bool is_raw_ = false;
};

}  // namespace conq::app
