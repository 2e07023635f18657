// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): <csignal> need not declare sigaction

#include <functional>
#include <initializer_list>
#include <utility>
#include <vector>

#include "conq/conq.hpp"

namespace conq::app {

/// Turns signals into events of a poller, through a pipe to oneself: `handler` is called in wait().
/// One object at a time. Signals that whoever started conq made it ignore, but for SIGWINCH, stay
/// ignored, as nohup and shells without job control expect.
///
/// Once one of those came that end conq, the terminal stops it no more (SIGTTIN, SIGTTOU): in the
/// background, each read or write that is tried again would stop it again before its end.
class Signals {
 public:
  Signals(Poller& poller, std::initializer_list<int> signals, std::function<void(int)> handler);
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  /// Signals do again what they did before.
  ~Signals();

  /// Whether one came that ends conq; known before the handler is called.
  static bool told_to_end() noexcept;
  /// Does to conq what `signal`, one of those handled, does by default. Returns once conq goes on,
  /// for SIGTSTP: at once where no shell is there to continue it.
  void raise_default(int signal);

 private:
  Signals(Poller& poller, std::pair<Fd, Fd> ends, std::initializer_list<int> signals,
          std::function<void(int)> handler);
  void read_on();

  std::function<void(int)> handler_;
  PolledStream arrivals_;
  Fd write_end_;
  std::vector<std::pair<int, struct sigaction>> before_;
};

/// "SIGTERM", or "signal 63" for one without a name.
std::string signal_name(int signal);

}  // namespace conq::app
