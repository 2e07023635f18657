// SPDX-License-Identifier: Apache-2.0
#include "signals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/eventually.hpp"
#include "tests/support/in_child.hpp"
#include "tests/support/poller_descriptors.hpp"

namespace conq::app {
namespace {

using ::testing::ElementsAre;

void (*disposition(int signal))(int) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

TEST(Signals, BecomeCallsInTheOrderTheyCame) {
  Poller poller;
  std::vector<int> came;
  const Signals signals(poller, {SIGTERM, SIGHUP}, [&](int signal) { came.push_back(signal); });
  ::raise(SIGTERM);
  ::raise(SIGHUP);
  EXPECT_TRUE(came.empty()) << "only wait() calls";
  ASSERT_TRUE(test::serve_until(poller, [&] { return came.size() == 2; }));
  EXPECT_THAT(came, ElementsAre(SIGTERM, SIGHUP));
  ::raise(SIGHUP);
  ASSERT_TRUE(test::serve_until(poller, [&] { return came.size() == 3; }));
}

TEST(Signals, DoAgainWhatTheyDidBefore) {
  const test::NoPollerDescriptorLeak<Poller> no_leak;
  {
    Poller poller;
    const Signals signals(poller, {SIGTERM}, [](int) {});
    EXPECT_NE(disposition(SIGTERM), SIG_DFL);
  }
  EXPECT_EQ(disposition(SIGTERM), SIG_DFL);
}

TEST(Signals, StayIgnoredWhereTheyWere) {
  ::signal(SIGHUP, SIG_IGN);
  ::signal(SIGWINCH, SIG_IGN);
  Poller poller;
  std::vector<int> came;
  const Signals signals(poller, {SIGHUP, SIGWINCH}, [&](int signal) { came.push_back(signal); });
  ::raise(SIGHUP);
  ::raise(SIGWINCH);
  ASSERT_TRUE(test::serve_until(poller, [&] { return !came.empty(); }));
  EXPECT_THAT(came, ElementsAre(SIGWINCH));
}

TEST(Signals, ThatEndConqLetTheTerminalStopItNoMore) {
  {
    Poller poller;
    const Signals signals(poller, {SIGWINCH, SIGTERM}, [](int) {});
    ::raise(SIGWINCH);
    EXPECT_EQ(disposition(SIGTTOU), SIG_DFL);
    ::raise(SIGTERM);
    EXPECT_EQ(disposition(SIGTTOU), SIG_IGN);
    EXPECT_EQ(disposition(SIGTTIN), SIG_IGN);
  }
  EXPECT_EQ(disposition(SIGTTOU), SIG_DFL);
}

TEST(Signals, DoWhatTheyDoByDefaultWhenThatIsWanted) {
  test::in_child([] {
    // Nobody would continue the only process of a session: it is not stopped.
    ::setsid();
    Poller poller;
    std::vector<int> came;
    Signals signals(poller, {SIGTSTP}, [&](int signal) { came.push_back(signal); });
    signals.raise_default(SIGTSTP);
    ::raise(SIGTSTP);
    ASSERT_TRUE(test::serve_until(poller, [&] { return !came.empty(); }));
    EXPECT_THAT(came, ElementsAre(SIGTSTP)) << "the second alone, handled again";
  });
}

TEST(Signals, HaveNames) {
  EXPECT_EQ(signal_name(SIGTERM), "SIGTERM");
  EXPECT_EQ(signal_name(SIGKILL), "SIGKILL");
  EXPECT_EQ(signal_name(99), "signal 99");
}

}  // namespace
}  // namespace conq::app
