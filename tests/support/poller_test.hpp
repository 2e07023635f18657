// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <system_error>

#include "tests/support/backends.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/in_thread.hpp"
#include "tests/support/outcome.hpp"
#include "tests/support/poller_descriptors.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {

/// More than a kernel keeps for a console that nobody reads.
inline constexpr std::size_t more_than_fits = 1'000'000;

/// A poller of one backend; no test leaks a descriptor.
template <class OnBackend>
class PollerTest : public testing::Test {
 protected:
  using Poller = typename OnBackend::Poller;
  using Channel = typename OnBackend::Channel;
  using Console = typename OnBackend::Console;
  using Stream = typename OnBackend::Stream;
  using Process = typename OnBackend::Process;
  using Relay = typename OnBackend::Relay;
  using Terminal = test::Terminal<Console>;

  Terminal add_terminal(AddOptions options = {}) { return test::add_terminal(poller, options); }
  Terminal add_terminal(Hangup hangup) { return test::add_terminal(poller, AddOptions{hangup}); }

  template <class Predicate>
  bool serve_until(Predicate holds) {
    return test::serve_until(poller, holds);
  }
  /// Turns until nothing more is ready.
  void serve_what_is_ready() {
    while (poller.wait_for(std::chrono::nanoseconds::zero()) > 0) {
    }
  }
  /// Shows that the kernel's news so far have been served: an event that came after them was.
  void serve_past_an_event() {
    auto other = add_terminal();
    Outcome read;
    other.console.async_read(read.lent_handler());
    say(other.slave, "x");
    EXPECT_TRUE(serve_until([&] { return read.calls() > 0; }));
  }

 private:
  NoPollerDescriptorLeak<Poller> no_leak_;

 protected:
  Poller poller;
};

/// What the call throws says.
template <class Call>
std::string text_of_error(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "threw nothing";
  return {};
}

}  // namespace conq::test
