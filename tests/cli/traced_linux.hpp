// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace conq::test {

/// Whether processes may trace their children here.
bool can_trace();

/// For Start::prepare: the program waits, before its first instruction, to be let go on.
void be_traced();

/// Lets it go on until it has entered or left system calls `count` times in all, or to its end;
/// returns how many times that was. It stays stopped.
std::size_t pass_system_calls(pid_t pid, std::size_t count);

/// Traces it no more.
void let_go(pid_t pid);

}  // namespace conq::test
