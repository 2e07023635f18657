// SPDX-License-Identifier: Apache-2.0
// Every operation started completes exactly once, whatever goes first.
#include <memory>
#include <optional>
#include <stdexcept>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Destruction : public PollerTest<On> {
 protected:
  using Terminal = test::Terminal<typename On::Console>;

  /// A pending read and a pending write.
  void start_both(typename On::Console& console) {
    console.async_read(read.lent_handler());
    console.async_write(bytes(much), written.handler());
  }
  void expect_ended_by_shutdown() {
    EXPECT_EQ(read.calls(), 1);
    EXPECT_FALSE(read.error());
    EXPECT_EQ(read.count(), 0U);
    EXPECT_EQ(written.calls(), 1);
    EXPECT_EQ(written.error(), errc::shut_down);
    EXPECT_LT(written.count(), much.size());
  }

  const std::string much = std::string(more_than_fits, '.');
  Outcome read;
  Outcome written;
};
TYPED_TEST_SUITE(Destruction, Backends, BackendNames);

TYPED_TEST(Destruction, OfTheConsoleEndsItsOperationsInWait) {
  {
    auto terminal = this->add_terminal();
    this->start_both(terminal.console);
    this->serve_what_is_ready();
  }
  EXPECT_EQ(this->read.calls() + this->written.calls(), 0) << "not inside the destructor";
  EXPECT_TRUE(
      this->serve_until([&] { return this->read.calls() > 0 && this->written.calls() > 0; }));
  this->serve_what_is_ready();
  this->expect_ended_by_shutdown();
}

TYPED_TEST(Destruction, OfTheConsoleWhileAWaitRunsEndsItsOperations) {
  const Server server(this->poller);
  {
    auto terminal = this->add_terminal();
    this->start_both(terminal.console);
  }
  EXPECT_TRUE(this->read.wait());
  EXPECT_TRUE(this->written.wait());
  this->expect_ended_by_shutdown();
}

TYPED_TEST(Destruction, OfTheConsoleInItsOwnHandler) {
  auto terminal = std::make_unique<typename TestFixture::Terminal>(this->add_terminal());
  const Fd slave = std::move(terminal->slave);
  const int fd = terminal->console.fd();
  terminal->console.async_write(bytes(this->much), this->written.handler());
  terminal->console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
    terminal.reset();
    // What was lent is still there.
    this->read.lent_handler()(ec, bytes);
  });
  say(slave, "x");
  EXPECT_TRUE(
      this->serve_until([&] { return this->read.calls() > 0 && this->written.calls() > 0; }));
  EXPECT_EQ(this->read.text(), "x");
  EXPECT_EQ(this->written.error(), errc::shut_down);
  EXPECT_FALSE(is_open(fd));
}

TYPED_TEST(Destruction, OfAnotherConsoleInAHandlerThatIsReadyInTheSameTurn) {
  auto one = this->add_terminal();
  auto other = std::make_unique<typename TestFixture::Terminal>(this->add_terminal());
  const Fd slave = std::move(other->slave);
  this->start_both(other->console);
  one.console.async_read([&](std::error_code, std::span<const std::byte>) { other.reset(); });
  say(one.slave, "x");
  say(slave, "y");
  ASSERT_TRUE(wait_readable(one.console.fd()));
  ASSERT_TRUE(wait_readable(other->console.fd()));
  EXPECT_TRUE(
      this->serve_until([&] { return this->read.calls() > 0 && this->written.calls() > 0; }));
  EXPECT_EQ(this->read.calls(), 1);
  EXPECT_EQ(this->written.calls(), 1);
}

TYPED_TEST(Destruction, OfThePollerEndsEverythingThere) {
  std::optional<typename TestFixture::Poller> short_lived(std::in_place);
  auto terminal = test::add_terminal(*short_lived);
  this->start_both(terminal.console);
  short_lived.reset();
  this->expect_ended_by_shutdown();
  EXPECT_EQ(this->read.thread(), std::this_thread::get_id());
}

TYPED_TEST(Destruction, OfThePollerEndsWhatDroppedConsolesLeft) {
  {
    typename TestFixture::Poller short_lived;
    auto terminal = test::add_terminal(short_lived);
    this->start_both(terminal.console);
  }
  this->expect_ended_by_shutdown();
}

TYPED_TEST(Destruction, OfThePollerEndsBlockedCallers) {
  std::optional<typename TestFixture::Poller> short_lived(std::in_place);
  auto one = test::add_terminal(*short_lived);
  auto other = test::add_terminal(*short_lived);
  InThread reader([&] { return read_text(one.console); });
  InThread writer([&] {
    std::error_code ec;
    other.console.write(bytes(this->much), ec);
    return ec;
  });
  reader.wait_until_asleep();
  writer.wait_until_asleep();
  short_lived.reset();
  EXPECT_EQ(reader.get(), "");
  EXPECT_EQ(writer.get(), errc::shut_down);
}

TYPED_TEST(Destruction, OfThePollerLeavesItsConsolesShutDown) {
  std::optional<typename TestFixture::Poller> short_lived(std::in_place);
  auto terminal = test::add_terminal(*short_lived);
  say(terminal.slave, "rest");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  short_lived.reset();
  EXPECT_EQ(read_text(terminal.console), "rest");
  EXPECT_EQ(read_text(terminal.console), "");
  std::error_code ec;
  terminal.console.write(bytes("x"), ec);
  EXPECT_EQ(ec, errc::shut_down);
  terminal.console.cancel();
  terminal.console.shutdown();
  terminal.console.close();
}

TYPED_TEST(Destruction, OfThePollerRefusesWhatNoWaitWouldComplete) {
  std::optional<typename TestFixture::Poller> short_lived(std::in_place);
  auto terminal = test::add_terminal(*short_lived);
  short_lived.reset();
  std::error_code ec;
  terminal.console.async_read(this->read.lent_handler(), ec);
  EXPECT_TRUE(ec) << "there is no wait() left to call the handler";
  EXPECT_EQ(this->read.calls(), 0);
}

TYPED_TEST(Destruction, OfThePollerInAHandler) {
  auto doomed = std::make_unique<typename TestFixture::Poller>();
  auto terminal = test::add_terminal(*doomed);
  auto other = test::add_terminal(*doomed);
  this->start_both(other.console);
  terminal.console.async_read([&](std::error_code, std::span<const std::byte>) { doomed.reset(); });
  say(terminal.slave, "x");
  typename TestFixture::Poller& serving = *doomed;
  serving.wait();
  EXPECT_EQ(doomed, nullptr);
  this->expect_ended_by_shutdown();
}

TYPED_TEST(Destruction, OfThePollerInAHandlerOfWaitFor) {
  auto doomed = std::make_unique<typename TestFixture::Poller>();
  auto terminal = test::add_terminal(*doomed);
  auto other = test::add_terminal(*doomed);
  this->start_both(other.console);
  terminal.console.async_read([&](std::error_code, std::span<const std::byte>) { doomed.reset(); });
  say(terminal.slave, "x");
  while (doomed) doomed->wait_for(deadline);
  this->expect_ended_by_shutdown();
}

TYPED_TEST(Destruction, OfThePollerWhileHandlersOfAnotherThreadRunEndsEachOnce) {
  for (int round = 0; round < 50; ++round) {
    Outcome ended;
    auto short_lived = std::make_unique<typename TestFixture::Poller>();
    auto terminal = test::add_terminal(*short_lived);
    std::function<void()> next = [&] {
      terminal.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
        if (bytes.empty()) {
          ended.handler()(ec, 0);
        } else {
          next();
        }
      });
    };
    next();
    InThread serving([&] { short_lived->wait(); });
    say(terminal.slave, "some bytes");
    // Ends the wait(); only then may it be destroyed.
    short_lived->close();
    serving.get();
    short_lived.reset();
    ASSERT_EQ(ended.calls(), 1);
  }
}

TYPED_TEST(Destruction, AnExceptionOfAHandlerLeavesWait) {
  auto terminal = this->add_terminal();
  terminal.console.async_read(
      [](std::error_code, std::span<const std::byte>) { throw std::runtime_error("mine"); });
  say(terminal.slave, "x");
  EXPECT_THROW(this->poller.wait(), std::runtime_error);
  std::error_code ec;
  terminal.console.async_read(
      [](std::error_code, std::span<const std::byte>) { throw std::runtime_error("mine"); });
  say(terminal.slave, "x");
  EXPECT_THROW(this->poller.wait_for(deadline, ec), std::runtime_error);
}

TYPED_TEST(Destruction, ThePollerStaysUsableAfterAnExceptionOfAHandler) {
  auto terminal = this->add_terminal();
  auto other = this->add_terminal();
  int thrown = 0;
  for (int round = 0; round < 10; ++round) {
    Outcome other_read;
    terminal.console.async_read(
        [](std::error_code, std::span<const std::byte>) { throw std::runtime_error("mine"); });
    other.console.async_read(other_read.lent_handler());
    say(terminal.slave, "x");
    say(other.slave, "y");
    ASSERT_TRUE(wait_readable(terminal.console.fd()));
    ASSERT_TRUE(wait_readable(other.console.fd()));
    EXPECT_TRUE(eventually([&] {
      try {
        this->poller.wait_for(deadline);
      } catch (const std::runtime_error&) {
        ++thrown;
      }
      return other_read.calls() > 0 && thrown > round;
    }));
    EXPECT_EQ(thrown, round + 1) << "each is called once";
  }
  say(terminal.slave, "z");
  EXPECT_EQ(read_text(terminal.console), "z");
}

TYPED_TEST(Destruction, AnExceptionOfAHandlerDoesNotStopWhatThePollersEndCompletes) {
  Outcome other_read;
  {
    std::optional<typename TestFixture::Terminal> one;
    std::optional<typename TestFixture::Terminal> other;
    typename TestFixture::Poller short_lived;
    one = test::add_terminal(short_lived);
    other = test::add_terminal(short_lived);
    one->console.async_read(
        [](std::error_code, std::span<const std::byte>) { throw std::runtime_error("mine"); });
    other->console.async_read(other_read.lent_handler());
  }
  EXPECT_EQ(other_read.calls(), 1);
}

TYPED_TEST(Destruction, OfWhatAHandlerOwnsMayUseThePoller) {
  auto terminal = this->add_terminal();
  auto other = std::make_unique<typename TestFixture::Terminal>(this->add_terminal());
  // Dropped with the handler: closes a console of the same poller.
  this->start_both(other->console);
  terminal.console.async_read(
      [owned = std::move(other)](std::error_code, std::span<const std::byte>) {});
  say(terminal.slave, "x");
  EXPECT_TRUE(
      this->serve_until([&] { return this->read.calls() > 0 && this->written.calls() > 0; }));
  this->expect_ended_by_shutdown();
}

TYPED_TEST(Destruction, OfARefusedHandlerMayUseThePoller) {
  auto terminal = this->add_terminal();
  auto other = std::make_unique<typename TestFixture::Terminal>(this->add_terminal());
  this->start_both(other->console);
  Outcome first;
  terminal.console.async_read(first.lent_handler());
  std::error_code ec;
  terminal.console.async_read(
      [owned = std::move(other)](std::error_code, std::span<const std::byte>) {}, ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  terminal.console.cancel();
  EXPECT_TRUE(this->serve_until(
      [&] { return first.calls() > 0 && this->read.calls() > 0 && this->written.calls() > 0; }));
  this->expect_ended_by_shutdown();
}

TYPED_TEST(Destruction, AHandlerThatOwnsItsOwnConsoleIsDroppedWithIt) {
  // A session that lives as long as its reads: nothing but the handler holds it.
  auto session = std::make_shared<typename TestFixture::Terminal>(this->add_terminal(Hangup::end));
  const std::weak_ptr<typename TestFixture::Terminal> watched = session;
  Fd slave = std::move(session->slave);
  struct ReadOn {
    std::shared_ptr<typename TestFixture::Terminal> session;
    void operator()(std::error_code, std::span<const std::byte> bytes) {
      if (bytes.empty()) return;
      auto& console = session->console;
      console.async_read(ReadOn{std::move(session)});
    }
  };
  auto& console = session->console;
  console.async_read(ReadOn{std::move(session)});
  say(slave, "x");
  this->serve_past_an_event();
  EXPECT_FALSE(watched.expired());
  slave.reset();
  EXPECT_TRUE(this->serve_until([&] { return watched.expired(); }));
}

}  // namespace
}  // namespace conq::test
