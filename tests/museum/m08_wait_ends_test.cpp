// SPDX-License-Identifier: Apache-2.0
// The wait loop cannot be ended; closing the queue leaks its thread (the Go package that conq began
// from).
//
// Caught: a close() that wakes one of several threads, or comes between a thread's look and its
// sleep.
#include <deque>

#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum08 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum08, Backends, BackendNames);

TYPED_TEST(Museum08, CloseEndsEveryWait) {
  for (int round = 0; round < 100; ++round) {
    typename TestFixture::Poller short_lived;
    auto terminal = test::add_terminal(short_lived);
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    std::deque<InThread<void>> waits;
    for (int i = 0; i < 4; ++i) waits.emplace_back([&] { short_lived.wait(); });
    // At any moment of theirs; in every tenth round when all have come to rest.
    if (round % 10 == 0) {
      for (const auto& wait : waits) wait.wait_until_asleep();
    }
    short_lived.close();
    for (auto& wait : waits) wait.get();
    ASSERT_EQ(read.calls(), 1);
  }
}

TYPED_TEST(Museum08, CloseEndsThemAlsoWhereThereIsNoConsole) {
  typename TestFixture::Poller short_lived;
  std::deque<InThread<void>> waits;
  for (int i = 0; i < 4; ++i) waits.emplace_back([&] { short_lived.wait(); });
  for (const auto& wait : waits) wait.wait_until_asleep();
  short_lived.close();
  for (auto& wait : waits) wait.get();
}

TYPED_TEST(Museum08, CloseEndsThemWhileACallerTurnsTheQueue) {
  for (int round = 0; round < 50; ++round) {
    typename TestFixture::Poller short_lived;
    auto terminal = test::add_terminal(short_lived);
    InThread reader([&] { return read_text(terminal.console); });
    std::deque<InThread<void>> waits;
    for (int i = 0; i < 3; ++i) waits.emplace_back([&] { short_lived.wait(); });
    short_lived.close();
    for (auto& wait : waits) wait.get();
    ASSERT_EQ(reader.get(), "");
  }
}

}  // namespace
}  // namespace conq::test
