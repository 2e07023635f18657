// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace conq::app {

/// How many bytes at the end of `text` begin a UTF-8 character that more bytes may complete: 0
/// to 3. Bytes that can never become one count as complete.
std::size_t incomplete_utf8_tail(std::string_view text) noexcept;

/// The bytes of the UTF-8 character that `text` begins with; 0 where it begins with none that is
/// whole.
std::size_t leading_utf8_character(std::string_view text) noexcept;

}  // namespace conq::app
