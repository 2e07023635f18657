// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tests/faults/calls.hpp"

namespace conq::test {

/// What may become of a call that fails. A set, where it depends on what the call was for.
enum Fate : unsigned {
  reported = 1,     ///< conq's own call fails, with the errno
  no_console = 2,   ///< it fails with errc::not_a_console
  unsupported = 4,  ///< it fails with std::errc::function_not_supported
  no_master = 16,   ///< it fails with errc::not_a_pty_master
  got_over = 8,     ///< nobody notices, and nothing is lost
};

/// Errors of a call that have one fate.
struct Row {
  Call call;
  std::vector<int> errors;
  unsigned fates = reported;
  /// What the text of the throwing form contains at least, besides naming one of the calls that the
  /// scenario made.
  std::string_view says = {};
  /// Called only where the kernel does not have this other call.
  Call without = Call::count;
  int without_error = 0;
};

/// What every manual says that may happen, on Linux. Left out is what says something of the state
/// of things that would not be true (a read's EIO is a hangup, a waitpid's ECHILD that somebody
/// else has reaped the child): the conformance tests bring that about.
const std::vector<Row>& table();

/// What the library calls, besides those of the table, and may: none of these can fail.
std::span<const std::string_view> calls_that_cannot_fail();

}  // namespace conq::test
