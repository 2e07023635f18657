// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "conq/fd.hpp"

namespace conq::detail {

struct SpawnRequest {
  /// The program and its arguments; a name without a slash is looked up in the child's PATH.
  std::vector<std::string> argv;
  std::optional<std::vector<std::string>> environment;  ///< "NAME=value"; none: the caller's
  std::string directory;                                ///< empty: the caller's
  int slave_fd = -1;  ///< becomes 0, 1 and 2, and the controlling terminal of a new session
  /// Closed here before the program starts: the caller's own slave, where the program has to be
  /// alone with its terminal from its first moment on.
  Fd* released_slave = nullptr;
  std::vector<std::pair<int, int>> keep_fds;  ///< ours, and its number in the child: 3 or more
};

/// Starts a program as the leader of a new session at the terminal `slave_fd`, every signal at its
/// default and unblocked, no descriptor but the asked for. Returns once exec(2) has succeeded.
/// On failure no child is left; `ec` is the error of the call that `failed_call` names, for
/// instance "chdir /nope" or "exec foo". May be called while other threads fork. Throws
/// std::bad_alloc.
pid_t spawn(const SpawnRequest& request, std::error_code& ec, std::string& failed_call);

}  // namespace conq::detail
