// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "conq/process.hpp"
#include "tests/support/poller_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {

/// What an async_wait was told.
struct ExitTold {
  int calls = 0;
  std::error_code error;
  ExitStatus status;

  auto handler() {
    return [this](std::error_code ec, ExitStatus exit) {
      ++calls;
      error = ec;
      status = exit;
    };
  }
};

template <class On>
class ProcessTest : public PollerTest<On> {
 protected:
  using Process = typename On::Process;

  Process spawn(const ProcessOptions& options) { return Process::spawn(this->poller, options); }
  /// Runs a script to its end; what it said, without carriage returns.
  std::string output_of(const ProcessOptions& options, ExitStatus wanted = {}) {
    Process process = spawn(options);
    std::string said = read_to_end_of(process.console());
    EXPECT_EQ(process.wait(), wanted);
    std::erase(said, '\r');
    return said;
  }
  std::error_code error_of(const ProcessOptions& options) {
    std::error_code ec;
    const Process process = Process::spawn(this->poller, options, ec);
    EXPECT_EQ(process.pid(), -1);
    return ec;
  }
  /// Reaped, or never was.
  static bool is_gone(Process& process) {
    std::error_code ec;
    process.kill(0, ec);
    return ec == std::errc::no_such_process;
  }

  /// For a handler: whether another thread of wait() has told all that was ready before.
  bool another_thread_serves() {
    auto other = this->add_terminal();
    Outcome written;
    other.console.async_write(bytes("x"), written.handler());
    return written.wait();
  }

  void TearDown() override {
    // However it went, this process has no zombie left.
    EXPECT_TRUE(::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) << "a child is left";
  }
};

}  // namespace conq::test
