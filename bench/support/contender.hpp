// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <exception>
#include <iostream>
#include <memory>
#include <span>

#include "bench/support/job.hpp"
#include "bench/support/session.hpp"

namespace conq::bench {

/// For contenders that read all consoles into one buffer.
using SharedBuffer = std::array<std::byte, 65536>;
/// For those that need one for each: more than the kernel keeps for a reader.
using OwnBuffer = std::array<std::byte, 8192>;

/// The main() of every contender: `serve(job, session, options)` registers the consoles, calls
/// session.start() and serves until the session ends the process.
template <class Serve>
int contend(int argc, char** argv, Serve serve) {
  try {
    const Options options(argc, argv);
    const Job job(options);
    Session session(job);
    serve(job, session, options);
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
  }
  return 1;  // the session did not end it
}

}  // namespace conq::bench
