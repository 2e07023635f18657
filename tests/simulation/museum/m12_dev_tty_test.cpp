// SPDX-License-Identifier: Apache-2.0
// /dev/tty does not register with kqueue on macOS (crossterm 996, libuv).
//
// Caught: /dev/tty put on a queue as it is, and an error that does not say why it cannot be.
#include <fcntl.h>

#include "tests/simulation/museum/virtual_time.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

/// A process with a controlling terminal, on a kernel that takes /dev/tty or refuses it.
template <class On>
class DevTty : public VirtualTime<On> {
 protected:
  explicit DevTty(const sim::Dialect& its_dialect = sim::built_dialect())
      : VirtualTime<On>(its_dialect), pty(raw_pty()) {
    this->kernel.controlling_terminal = terminal();
  }

  std::shared_ptr<sim::Pty> terminal() const { return this->kernel.terminal(pty.master.fd()); }
  static Fd open_alias() { return Fd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)); }
  static Console take_alias() { return Console::from_fd(open_alias()); }

  /// Both ways, on a queue.
  void expect_served(Console alias) {
    auto console = this->poller.add(std::move(alias));
    std::array<std::byte, 10> room{};
    pty.master.write(bytes("typed"));
    EXPECT_EQ(text(std::span(room).first(console.read(room))), "typed");
    console.write(bytes("said"));
    EXPECT_EQ(text(std::span(room).first(pty.master.read(room))), "said");
  }

  Pty pty;
};

template <class On>
class Museum12 : public DevTty<On> {};
TYPED_TEST_SUITE(Museum12, Backends, BackendNames);

TYPED_TEST(Museum12, DevTtyIsServedOnAQueue) { this->expect_served(this->take_alias()); }

TYPED_TEST(Museum12, ItIsOpenedForWhatItWasOpenFor) {
  Fd alias(::open("/dev/tty", O_RDONLY | O_CLOEXEC));
  Fd taken = Console::from_fd(std::move(alias)).release();
  EXPECT_EQ(::fcntl(taken.get(), F_GETFL) & O_ACCMODE, O_RDONLY);
  EXPECT_NE(::fcntl(taken.get(), F_GETFD) & FD_CLOEXEC, 0);
}

TYPED_TEST(Museum12, WithoutAControllingTerminalThereIsNoDevTty) {
  this->kernel.controlling_terminal.reset();
  EXPECT_FALSE(this->open_alias());
}

sim::Dialect refusing() {
  sim::Dialect made = sim::built_dialect();
  made.dev_tty_refused = true;
  return made;
}

template <class On>
class Museum12Refused : public DevTty<On> {
 protected:
  Museum12Refused() : DevTty<On>(refusing()) {}
  void SetUp() override {
    if (std::is_same_v<On, OnEpoll>) GTEST_SKIP() << "epoll takes every terminal";
  }
  bool is_replaced() const { return sim::built_dialect().name == "darwin"; }
};
TYPED_TEST_SUITE(Museum12Refused, Backends, BackendNames);

TYPED_TEST(Museum12Refused, ItIsReplacedByTheDeviceOfTheTerminalOrRefusedByAClearError) {
  Console alias = this->take_alias();
  if (this->is_replaced()) {
    EXPECT_EQ(alias.name(), this->pty.slave_name);
    this->expect_served(std::move(alias));
  } else {
    const std::string name = alias.name();
    EXPECT_EQ(text_of_error([&] { this->poller.add(std::move(alias)); }),
              "add " + name + ": Operation not supported");
  }
}

TYPED_TEST(Museum12Refused, AClearErrorTellsWhereTheDeviceCannotBeOpened) {
  this->terminal()->forbidden = true;
  Console alias = this->take_alias();
  EXPECT_EQ(alias.size(), WinSize{}) << "without a queue it serves all the same";
  const std::string name = alias.name();
  EXPECT_EQ(text_of_error([&] { this->poller.add(std::move(alias)); }),
            "add " + name + ": Operation not supported");
}

TYPED_TEST(Museum12Refused, AsAStreamItIsRefusedByAClearError) {
  std::error_code ec;
  this->poller.add(this->open_alias(), ec);
  EXPECT_EQ(ec, std::errc::operation_not_supported);
}

}  // namespace
}  // namespace conq::test
