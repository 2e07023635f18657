// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace conq::conmon {

/// How much the monitor says of itself, as --log-level names it.
enum class Level { error, warn, info, debug, trace };

/// Sets what is said from then on, on standard error as `[conmon:e]: text` and, if asked, to
/// syslog. `cid` stands in syslog's lines.
void set_up_messages(Level level, bool syslog, std::string_view cid);

/// Never throws; a standard error that takes nothing is no error, and is not waited for.
void say(Level level, std::string_view text) noexcept;
inline void say_error(std::string_view text) noexcept { say(Level::error, text); }
inline void say_warning(std::string_view text) noexcept { say(Level::warn, text); }
inline void say_debug(std::string_view text) noexcept { say(Level::debug, text); }

}  // namespace conq::conmon
