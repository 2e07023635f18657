// SPDX-License-Identifier: Apache-2.0
#include <signal.h>  // NOLINT(modernize-deprecated-headers)

#include <cstdio>
#include <new>

#include "command_line.hpp"
#include "failure.hpp"
#include "run.hpp"
#include "standard_stream.hpp"
#include "up.hpp"

namespace {

using namespace conq::app;  // NOLINT(google-build-using-namespace)

int start(const RunOptions& options) { return run(options); }
int start(const UpOptions& options) { return up(options); }
int start(const Answer& answer) {
  const bool written =
      std::fwrite(answer.text.data(), 1, answer.text.size(), stdout) == answer.text.size() &&
      std::fflush(stdout) == 0;
  return written ? 0 : failed;
}

int fail(int status, const char* message) noexcept {
  complain(message);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  // A reader of stdout that is gone, a file as large as it may be: errors of write(2), to be
  // answered in good order.
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  try {
    open_closed_standard_streams();
    auto request = parse_command_line({argv + 1, argv + argc});
    return std::visit([](const auto& options) { return start(options); }, request);
  } catch (const Failure& failure) {
    return fail(failure.status(), failure.what());
  } catch (const std::bad_alloc&) {
    return fail(failed, "out of memory");
  } catch (const std::exception& error) {
    return fail(failed, error.what());
  }
}
