// SPDX-License-Identifier: Apache-2.0
// A child that was forked has its parent's pollers, but none of its threads: it is told so, and
// cannot harm the parent's queue.
#include <unistd.h>

#include <atomic>

#include "tests/support/in_child.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Fork : public PollerTest<On> {};
TYPED_TEST_SUITE(Fork, Backends, BackendNames);

template <class Call>
std::error_code error_of(Call call) {
  std::error_code ec;
  call(ec);
  return ec;
}

TYPED_TEST(Fork, EachCallOfThePollerSaysThatItIsTheParents) {
  auto& parents = this->poller;
  const auto terminal = this->add_terminal();
  in_child([&] {
    EXPECT_EQ(error_of([&](auto& ec) { parents.wait(ec); }), errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { parents.wait_for(std::chrono::seconds(9), ec); }),
              errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { parents.native_handle(ec); }), errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { parents.close(ec); }), errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { parents.close_console(terminal.slave.get(), ec); }),
              errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { parents.add(raw_pty().master, {}, ec); }), errc::forked);
  });
}

TYPED_TEST(Fork, EachCallOfAConsoleSaysThatItIsTheParents) {
  auto terminal = this->add_terminal();
  auto& console = terminal.console;
  say(terminal.slave, "to the parent");
  in_child([&] {
    std::array<std::byte, 16> room{};
    EXPECT_EQ(error_of([&](auto& ec) { console.read(room, ec); }), errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { console.read_for(room, std::chrono::seconds(9), ec); }),
              errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { console.write(room, ec); }), errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { console.async_read([](auto, auto) {}, ec); }), errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) {
                console.async_write(
                    room, [](auto, auto) {}, ec);
              }),
              errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { static_cast<void>(console.size(ec)); }), errc::forked);
    EXPECT_EQ(error_of([&](auto& ec) { console.close(ec); }), errc::forked);
    EXPECT_EQ(console.fd(), -1);
    console.cancel();
    console.shutdown();
  });
  EXPECT_EQ(read_text(console), "to the parent");
}

TYPED_TEST(Fork, TheTextSaysWhatWasTried) {
  auto terminal = this->add_terminal();
  in_child([&] {
    EXPECT_EQ(text_of_error([&] { read_text(terminal.console); }),
              "read " + terminal.console.name() + ": on a queue of the parent process");
  });
}

TYPED_TEST(Fork, ShutdownInTheChildEndsNothingOfTheParents) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->serve_what_is_ready();
  in_child([&] {
    terminal.console.shutdown([](int /*fd*/) { ADD_FAILURE() << "called"; });
    terminal.console.shutdown();
  });
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
}

TYPED_TEST(Fork, WhatTheChildDestroysStaysOnTheParentsQueue) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->serve_what_is_ready();
  in_child([&] { terminal.console = {}; });
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
}

TYPED_TEST(Fork, APollerCanBeDestroyedThatThreadsOfTheParentWaitIn) {
  auto own = std::make_unique<typename TestFixture::Poller>();
  auto terminal = test::add_terminal(*own);
  // One of them in the kernel's wait, the other on a condition variable.
  InThread reading([&] { return read_text(terminal.console); });
  ASSERT_TRUE(reading.wait_until_asleep());
  {
    const Server server(*own);
    ASSERT_TRUE(server.thread().wait_until_asleep());
    in_child([&] { own.reset(); });
    say(terminal.slave, "still there");
    EXPECT_EQ(reading.get(), "still there");
  }
}

TYPED_TEST(Fork, ARelayThatRunsInTheParentCanBeStoppedAndDroppedInTheChild) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  auto relay = TestFixture::Relay::start(one.console, other.console, {}, {});
  const Server server(this->poller);
  std::atomic<bool> over = false;
  InThread talking([&] {
    while (!over) {
      say(one.slave, "x");
      EXPECT_EQ(hear(other.slave, 1), "x");
    }
  });
  // Whoever has the relay's lock waits for the engine's.
  InThread contending([&] {
    while (!over) static_cast<void>(one.console.fd());
  });
  // Often: in some of them another thread has it.
  for (int i = 0; i < 500 && !this->HasFailure(); ++i) {
    in_child([&] {
      ::alarm(static_cast<unsigned>(deadline.count()));
      relay.stop();
      relay = {};
    });
  }
  over = true;
  talking.get();
  contending.get();
}

}  // namespace
}  // namespace conq::test
