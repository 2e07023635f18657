// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "bench/support/job.hpp"
#include "bench/support/session.hpp"

namespace conq::bench {

/// For contenders that read all consoles into one buffer.
using SharedBuffer = std::array<std::byte, 65536>;
/// For those that need one for each: more than the kernel keeps for a reader.
using OwnBuffer = std::array<std::byte, 8192>;

/// The main() of every contender. `serve` registers the consoles, calls session.start() and serves
/// until the session ends the process.
int contend(int argc, char** argv,
            void (*serve)(const Job& job, Session& session, const Options& options));

}  // namespace conq::bench
