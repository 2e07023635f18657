// SPDX-License-Identifier: Apache-2.0
// The poller is destroyed by whoever: threads that wait in it return, each handler is called once.
#include <optional>

#include "conq/task.hpp"
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

template <class On>
class MisusePollerDestroyed : public ProcessTest<On> {
 protected:
  /// Serves `doomed` in a thread of its own, which cannot hang longer than the deadline, until its
  /// own handlers have destroyed it.
  void serve_until_destroyed() {
    InThread serving([&served = *doomed] { served.wait(); });
    serving.get();
    EXPECT_FALSE(doomed);
  }
  std::unique_ptr<typename On::Poller> doomed = std::make_unique<typename On::Poller>();
};
TYPED_TEST_SUITE(MisusePollerDestroyed, Backends, BackendNames);

TYPED_TEST(MisusePollerDestroyed, WhileThreadsAreInWaitTheyReturn) {
  auto terminal = test::add_terminal(*this->doomed);
  InThread one([&served = *this->doomed] { served.wait(); });
  InThread two([&served = *this->doomed] { served.wait(); });
  InThread three([&served = *this->doomed] { served.wait_for(std::chrono::nanoseconds::max()); });
  if (!one.wait_until_asleep() || !two.wait_until_asleep() || !three.wait_until_asleep()) {
    this->doomed->close();
    GTEST_SKIP() << "nobody tells when they are inside";
  }
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->doomed.reset();
  one.get();
  two.get();
  three.get();
  EXPECT_EQ(read.calls(), 1);
}

TYPED_TEST(MisusePollerDestroyed, WhileCallersAreBlockedBesideAWaitTheyReturn) {
  auto terminal = test::add_terminal(*this->doomed);
  InThread serving([&served = *this->doomed] { served.wait(); });
  InThread reader([&] { return read_text(terminal.console); });
  if (!serving.wait_until_asleep() || !reader.wait_until_asleep()) {
    this->doomed->close();
    GTEST_SKIP() << "nobody tells when they are inside";
  }
  this->doomed.reset();
  EXPECT_EQ(reader.get(), "");
  serving.get();
}

TYPED_TEST(MisusePollerDestroyed, InTheHandlerOfAWrite) {
  auto terminal = test::add_terminal(*this->doomed);
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  terminal.console.async_write(bytes("x"),
                               [&](std::error_code, std::size_t) { this->doomed.reset(); });
  this->serve_until_destroyed();
  EXPECT_EQ(read.calls(), 1);
}

TYPED_TEST(MisusePollerDestroyed, InTheHandlerOfAnExit) {
  auto terminal = test::add_terminal(*this->doomed);
  auto process = TestFixture::Process::spawn(*this->doomed, shell("exit 3"));
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  ExitStatus status;
  process.async_wait([&](std::error_code, ExitStatus told) {
    status = told;
    this->doomed.reset();
  });
  this->serve_until_destroyed();
  EXPECT_EQ(status, (ExitStatus{3, 0}));
  EXPECT_EQ(read.calls(), 1);
}

TYPED_TEST(MisusePollerDestroyed, InACoroutine) {
  auto terminal = test::add_terminal(*this->doomed);
  Outcome written;
  std::error_code refused;
  const auto body = [](auto& owner, auto& console, std::error_code& ec) -> Task<> {
    std::array<std::byte, 8> room{};
    co_await console.async_read(room);
    owner.reset();
    co_await console.async_read(room, ec);
  };
  bool ended = false;
  start(body(this->doomed, terminal.console, refused),
        [&](const std::exception_ptr&) { ended = true; });
  say(terminal.slave, "x");
  this->serve_until_destroyed();
  EXPECT_TRUE(ended);
  EXPECT_EQ(refused, errc::closed);
}

TYPED_TEST(MisusePollerDestroyed, InATapAndInTheEndOfARelay) {
  for (const bool in_tap : {true, false}) {
    this->doomed = std::make_unique<typename TestFixture::Poller>();
    auto one = test::add_terminal(*this->doomed);
    auto other = test::add_terminal(*this->doomed);
    int ends = 0;
    std::optional<typename TestFixture::Relay> relay;
    RelayOptions options;
    options.forward_tap = [&](std::span<const std::byte>) {
      if (in_tap) {
        this->doomed.reset();
      } else {
        relay->stop();
      }
    };
    relay = TestFixture::Relay::start(one.console, other.console, std::move(options),
                                      [&](const RelayResult&) {
                                        ++ends;
                                        this->doomed.reset();
                                      });
    say(one.slave, "x");
    this->serve_until_destroyed();
    EXPECT_EQ(ends, 1);
  }
}

TYPED_TEST(MisusePollerDestroyed, InTheCallbackOfAShutdown) {
  auto terminal = test::add_terminal(*this->doomed);
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  terminal.console.shutdown([&](int) { this->doomed.reset(); });
  EXPECT_EQ(read.calls(), 1);
  EXPECT_EQ(read_text(terminal.console), "");
}

TYPED_TEST(MisusePollerDestroyed, WithAHandlerThatOwnsIt) {
  auto terminal = test::add_terminal(*this->doomed);
  auto& served = *this->doomed;
  Outcome written;
  const std::string much(more_than_fits, '.');
  terminal.console.async_write(bytes(much), written.handler());
  terminal.console.async_read(
      [owned = std::move(this->doomed)](std::error_code, std::span<const std::byte>) {});
  say(terminal.slave, "x");
  InThread serving([&] { served.wait(); });
  serving.get();
  EXPECT_EQ(written.calls(), 1);
  EXPECT_EQ(written.error(), errc::shut_down);
}

TYPED_TEST(MisusePollerDestroyed, AProcessReportsShutDownAndIsStillKilled) {
  auto process = TestFixture::Process::spawn(*this->doomed, shell("trap '' HUP; read line"));
  const pid_t pid = process.pid();
  this->doomed.reset();
  std::error_code ec;
  process.wait(ec);
  EXPECT_EQ(ec, errc::shut_down);
  process.async_wait([](std::error_code, ExitStatus) { ADD_FAILURE() << "called"; }, ec);
  EXPECT_EQ(ec, errc::closed);
  process.kill(SIGKILL);
  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
}

}  // namespace
}  // namespace conq::test
