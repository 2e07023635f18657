// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conq::app {

/// The arguments that have /bin/sh run a line of a Procfile so that SIGTERM to the process group
/// lets the program in it finish.
///
/// The shell leads the session: when it ends, the kernel hangs up on all who are left. So it is
/// replaced by the program where the line is one plain command. Else it waits for the command in
/// the foreground before it ends, as shells with a trap do, with the status of that. A line that
/// sets the trap anew has its way. One that itself ends in an `exec` gets no trap: a signal caught
/// just before that would be forgotten by it.
///
/// `open_files` is a soft limit to set first.
std::vector<std::string> shell_command(std::string_view line,
                                       std::optional<std::uint64_t> open_files);

/// Whether a line is a program with arguments and nothing else: no list, pipe, redirection,
/// assignment or substitution of a command, and no word that the shell itself knows. In doubt it is
/// not.
bool is_plain_command(std::string_view line);

/// Whether the last command of a line, run by this very shell, is `exec` with a program. In doubt
/// it is not.
bool ends_in_exec(std::string_view line);

}  // namespace conq::app
