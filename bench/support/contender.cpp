// SPDX-License-Identifier: Apache-2.0
#include "bench/support/contender.hpp"

#include <exception>
#include <iostream>

namespace conq::bench {

int contend(int argc, char** argv,
            void (*serve)(const Job& job, Session& session, const Options& options)) {
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
