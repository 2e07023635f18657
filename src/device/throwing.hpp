// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <string_view>
#include <system_error>

namespace conq::detail {

/// What errno says now, as an error_code.
inline std::error_code last_error() noexcept { return {errno, std::system_category()}; }

/// Throws conq::Error with the text "operation name: message"; an empty name is left out; for
/// std::errc::not_enough_memory std::bad_alloc.
[[noreturn]] void throw_error(std::error_code ec, std::string_view operation,
                              std::string_view name);

/// Ends the throwing form of a call: throws unless the error_code form succeeded.
inline void throw_if(std::error_code ec, std::string_view operation, std::string_view name) {
  if (ec) throw_error(ec, operation, name);
}

}  // namespace conq::detail
