// SPDX-License-Identifier: Apache-2.0
// Signals are the host's: the library changes no disposition and no mask.
#include <signal.h>
#include <sys/socket.h>

#include <map>

#include "tests/support/poller_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

/// How this process and this thread treat every signal.
struct SignalState {
  std::map<int, void (*)(int)> handlers;
  std::map<int, bool> blocked;
  friend bool operator==(const SignalState&, const SignalState&) = default;

  static SignalState now() {
    SignalState state;
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    for (int number = 1; number < NSIG; ++number) {
      struct sigaction action {};
      if (::sigaction(number, nullptr, &action) != 0) continue;
      state.handlers[number] = action.sa_handler;
      state.blocked[number] = sigismember(&mask, number) == 1;
    }
    return state;
  }
};

template <class On>
class HostState : public PollerTest<On> {
 protected:
  /// Something of everything the library does.
  void use_all() {
    auto terminal = this->add_terminal();
    say(terminal.slave, "x");
    EXPECT_EQ(read_text(terminal.console), "x");
    terminal.console.write(bytes("y"));
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    say(terminal.slave, "z");
    EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
    auto process = On::Process::spawn(this->poller, shell("echo x"));
    read_to_end_of(process.console());
    process.wait();
    std::error_code ec;
    On::Process::spawn(this->poller, program({"/no/such/program"}), ec);
    const Server server(this->poller);
    server.thread().wait_until_asleep();
  }
};
TYPED_TEST_SUITE(HostState, Backends, BackendNames);

TYPED_TEST(HostState, DispositionsAndMasksOfAllSignalsStay) {
  const SignalState before = SignalState::now();
  this->use_all();
  EXPECT_EQ(SignalState::now(), before);
}

volatile sig_atomic_t children = 0;
volatile sig_atomic_t broken_pipes = 0;

TYPED_TEST(HostState, SigchldStillReachesTheHostsHandler) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { children = children + 1; };
  ASSERT_EQ(::sigaction(SIGCHLD, &action, &before), 0);
  children = 0;
  this->use_all();
  EXPECT_GT(children, 0);
  ASSERT_EQ(::sigaction(SIGCHLD, &before, nullptr), 0);
}

TYPED_TEST(HostState, SigpipeIsRaisedAsByWriteUnlessTheHostIgnoresIt) {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { broken_pipes = broken_pipes + 1; };
  ASSERT_EQ(::sigaction(SIGPIPE, &action, &before), 0);
  broken_pipes = 0;
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  Fd from(ends[0]);
  auto stream = this->poller.add(Fd(ends[1]));
  from.reset();
  std::error_code ec;
  stream.write(bytes("x"), ec);
  EXPECT_EQ(ec, std::errc::broken_pipe);
  EXPECT_EQ(broken_pipes, 1);
  ASSERT_EQ(::sigaction(SIGPIPE, &before, nullptr), 0);
}

/// A handler of the host's without SA_RESTART: system calls end with EINTR.
class InterruptingSignal {
 public:
  InterruptingSignal() {
    struct sigaction action {};
    action.sa_handler = [](int) {};
    EXPECT_EQ(::sigaction(SIGUSR1, &action, &before_), 0);
  }
  InterruptingSignal(const InterruptingSignal&) = delete;
  InterruptingSignal& operator=(const InterruptingSignal&) = delete;
  ~InterruptingSignal() { ::sigaction(SIGUSR1, &before_, nullptr); }

 private:
  struct sigaction before_ {};
};

TYPED_TEST(HostState, ASignalOfTheHostEndsNoBlockedRead) {
  const InterruptingSignal signal;
  auto terminal = this->add_terminal();
  const std::string sent = numbered(200'000);
  std::promise<pthread_t> who;
  InThread reader([&] {
    who.set_value(::pthread_self());
    return read_exactly(terminal.console, sent.size());
  });
  const pthread_t thread = who.get_future().get();
  for (std::size_t at = 0; at < sent.size(); at += 1000) {
    ASSERT_EQ(::pthread_kill(thread, SIGUSR1), 0);
    say(terminal.slave, std::string_view(sent).substr(at, 1000));
  }
  expect_same(reader.get(), sent);
}

TYPED_TEST(HostState, ASignalOfTheHostEndsNoWait) {
  const InterruptingSignal signal;
  auto terminal = this->add_terminal();
  std::promise<pthread_t> who;
  InThread serving([&] {
    who.set_value(::pthread_self());
    this->poller.wait();
  });
  const pthread_t thread = who.get_future().get();
  for (int round = 0; round < 100; ++round) {
    ASSERT_EQ(::pthread_kill(thread, SIGUSR1), 0);
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    say(terminal.slave, "x");
    ASSERT_TRUE(read.wait());
  }
  EXPECT_FALSE(serving.returned());
  this->poller.close();
}

}  // namespace
}  // namespace conq::test
