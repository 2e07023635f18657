// SPDX-License-Identifier: Apache-2.0
// A blocked call behind an asynchronous one that no wait() serves: its end comes all the same.
#include "tests/conformance/process_fixture.hpp"

namespace conq::test {
namespace {

template <class On>
class MisuseUnserved : public ProcessTest<On> {
 protected:
  struct Told {
    std::error_code error;
    std::size_t count;
  };
  /// A read and a write are pending that nobody serves, a reader and a writer blocked behind them.
  void expect_ended_by(std::function<void(test::Terminal<typename On::Console>&)> end) {
    auto terminal = this->add_terminal();
    terminal.console.async_read(read.lent_handler());
    terminal.console.async_write(bytes(much), written.handler());
    this->serve_what_is_ready();
    InThread reader([&] {
      std::array<std::byte, 8> room{};
      Told told{};
      told.count = terminal.console.read(room, told.error);
      return told;
    });
    InThread writer([&] {
      Told told{};
      told.count = terminal.console.write(bytes("x"), told.error);
      return told;
    });
    reader.wait_until_asleep();
    writer.wait_until_asleep();
    end(terminal);
    const Told got = reader.get();
    EXPECT_TRUE(!got.error || got.error == errc::closed) << got.error.message();
    EXPECT_EQ(got.count, 0U);
    const Told put = writer.get();
    EXPECT_EQ(put.error, errc::shut_down);
    EXPECT_EQ(put.count, 0U);
  }
  void expect_served_once() {
    EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0 && written.calls() > 0; }));
    this->serve_what_is_ready();
    EXPECT_EQ(read.calls(), 1);
    EXPECT_EQ(written.calls(), 1);
    EXPECT_EQ(written.error(), errc::shut_down);
  }

  const std::string much = std::string(more_than_fits, '.');
  Outcome read;
  Outcome written;
};
TYPED_TEST_SUITE(MisuseUnserved, Backends, BackendNames);

TYPED_TEST(MisuseUnserved, ShutdownEndsIt) {
  this->expect_ended_by([](auto& terminal) { terminal.console.shutdown(); });
  this->expect_served_once();
}

TYPED_TEST(MisuseUnserved, ShutdownWithACallbackEndsIt) {
  this->expect_ended_by([](auto& terminal) { terminal.console.shutdown([](int) {}); });
  this->expect_served_once();
}

TYPED_TEST(MisuseUnserved, CloseConsoleEndsIt) {
  this->expect_ended_by([&](auto& terminal) { this->poller.close_console(terminal.console.fd()); });
  this->expect_served_once();
}

TYPED_TEST(MisuseUnserved, CloseEndsIt) {
  this->expect_ended_by([](auto& terminal) { terminal.console.close(); });
  this->expect_served_once();
}

TYPED_TEST(MisuseUnserved, ThePollersCloseEndsIt) {
  this->expect_ended_by([&](auto&) { this->poller.close(); });
}

TYPED_TEST(MisuseUnserved, AfterShutdownALaterReadEndsToo) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "rest");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  terminal.console.shutdown();
  terminal.console.async_read(this->read.lent_handler());
  terminal.console.async_write(bytes("x"), this->written.handler());
  InThread later([&] {
    std::string got = read_text(terminal.console);
    EXPECT_EQ(read_text(terminal.console), "");
    std::error_code ec;
    terminal.console.write(bytes("x"), ec);
    EXPECT_EQ(ec, errc::shut_down);
    return got;
  });
  EXPECT_EQ(later.get(), "rest");
  this->expect_served_once();
}

TYPED_TEST(MisuseUnserved, ThePollersCloseEndsAWaitForAnExit) {
  auto process = this->spawn(shell("trap '' HUP; read line"));
  ExitTold told;
  process.async_wait(told.handler());
  InThread waiter([&] {
    std::error_code ec;
    process.wait(ec);
    return ec;
  });
  waiter.wait_until_asleep();
  this->poller.close();
  EXPECT_EQ(waiter.get(), errc::shut_down);
  EXPECT_TRUE(this->serve_until([&] { return told.calls > 0; }));
  process.kill(SIGKILL);
  ASSERT_EQ(::waitpid(process.pid(), nullptr, 0), process.pid());
}

}  // namespace
}  // namespace conq::test
