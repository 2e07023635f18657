// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "options.hpp"

namespace conq::conmon {

/// The runtime's command line; `console_socket` is empty without a terminal.
std::vector<std::string> runtime_command(const Options& options, const std::string& console_socket);

struct RuntimeStart {
  int in = -1, out = -1, err = -1;  ///< what become its 0, 1 and 2; -1: those of this process
  int start_pipe = -1;              ///< first waits for a byte from there, if given
  bool replace_listen_pid = false;  ///< LISTEN_PID becomes its, whosever it was
  const sigset_t* mask = nullptr;   ///< its signal mask
};

/// Forks and executes; the child dies with this process, and has its other descriptors as far as
/// they are not close-on-exec. Throws where it cannot fork; what fails in the child is on its
/// standard error, and its exit status is 127.
pid_t start_runtime(const std::vector<std::string>& command, const RuntimeStart& start);

}  // namespace conq::conmon
