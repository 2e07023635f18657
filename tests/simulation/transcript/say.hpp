// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

// The lines of the transcript. Nothing in them may depend on timing, process ids or the numbers of
// descriptors, as two kernels have to say the same.

namespace conq::transcript {

void chapter(std::string_view title);
/// What was asked, and what the kernel said.
void say(const std::string& asked, const std::string& said);

/// "5", or the name of errno where `result` says that the call failed.
std::string outcome(ssize_t result);
std::string error_name(int error);
/// "IN|HUP", of poll(2) as of epoll(7), whose bits are the same; "nothing" for none.
std::string event_names(std::uint32_t events);
/// In quotes, control characters spelled out; long text is cut, with its length.
std::string quoted(std::string_view text);
std::string yes_or_no(bool holds);

}  // namespace conq::transcript
