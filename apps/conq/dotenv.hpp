// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conq::app {

/// The variables that the text of a .env file sets, in its order, read by foreman's rules:
///
/// A line `NAME=value` sets a variable, where NAME is of letters, digits and _ and begins the line.
/// Every other line is passed over: comments, empty lines, also `export NAME=value`. The value is
/// all that follows, blanks and # too. Within '...' it is what stands between; within "..." as
/// well, but \n is a line feed there, and \ before another character stands for that character. No
/// variable is expanded.
std::vector<std::pair<std::string, std::string>> parse_dotenv(std::string_view text);

}  // namespace conq::app
