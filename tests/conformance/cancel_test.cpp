// SPDX-License-Identifier: Apache-2.0
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Cancel : public PollerTest<On> {};
TYPED_TEST_SUITE(Cancel, Backends, BackendNames);

TYPED_TEST(Cancel, EndsAPendingRead) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->serve_what_is_ready();
  terminal.console.cancel();
  EXPECT_EQ(read.calls(), 0) << "handlers run in wait(), never inside cancel()";
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.error(), std::errc::operation_canceled);
  EXPECT_EQ(read.count(), 0U);
}

TYPED_TEST(Cancel, EndsAPendingReadIntoABuffer) {
  auto terminal = this->add_terminal();
  std::array<std::byte, 16> room{};
  Outcome read;
  terminal.console.async_read(room, read.handler());
  terminal.console.cancel_read();
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.error(), std::errc::operation_canceled);
}

TYPED_TEST(Cancel, TellsAWriteHowMuchWasWrittenBefore) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  this->serve_past_an_event();
  terminal.console.cancel();
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.error(), std::errc::operation_canceled);
  EXPECT_GT(written.count(), 0U);
  EXPECT_LT(written.count(), sent.size());
  expect_same(hear(terminal.slave, written.count()),
              std::string_view(sent).substr(0, written.count()));
  EXPECT_EQ(read_available(terminal.slave.get()), "") << "not one byte more";
}

TYPED_TEST(Cancel, OfOneDirectionLeavesTheOther) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  Outcome read;
  Outcome written;
  terminal.console.async_read(read.lent_handler());
  terminal.console.async_write(bytes(sent), written.handler());
  terminal.console.cancel_write();
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.error(), std::errc::operation_canceled);
  EXPECT_EQ(read.calls(), 0);

  Outcome again;
  terminal.console.async_write(bytes(sent), again.handler());
  terminal.console.cancel_read();
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.error(), std::errc::operation_canceled);
  EXPECT_EQ(again.calls(), 0);
  terminal.console.cancel();
  EXPECT_TRUE(this->serve_until([&] { return again.calls() > 0; }));
}

TYPED_TEST(Cancel, DoesNothingWhereNoneIsPending) {
  auto terminal = this->add_terminal();
  terminal.console.cancel();
  terminal.console.cancel_read();
  terminal.console.cancel_write();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error()) << "a later operation is not meant";
  EXPECT_EQ(read.text(), "x");
}

TYPED_TEST(Cancel, LeavesBlockedCallers) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  InThread reader([&] { return read_text(terminal.console); });
  InThread writer([&] { return terminal.console.write(bytes(sent)); });
  reader.wait_until_asleep();
  writer.wait_until_asleep();
  terminal.console.cancel();
  reader.wait_until_asleep();
  writer.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  EXPECT_FALSE(writer.returned());
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
  EXPECT_EQ(hear(terminal.slave, sent.size()), sent);
  EXPECT_EQ(writer.get(), sent.size());
}

TYPED_TEST(Cancel, EndsAReadAlsoBehindABlockedCaller) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  terminal.console.cancel();
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.error(), std::errc::operation_canceled);
  EXPECT_FALSE(reader.returned());
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
}

// As nobody may ever serve what is cancelled.
TYPED_TEST(Cancel, AfterAShutdownHoldsUpNoBlockedCaller) {
  // Each time the caller may be quicker than the cancel.
  for (int round = 0; round < 20; ++round) {
    auto terminal = this->add_terminal();
    const std::string much(more_than_fits, '.');
    InThread<std::error_code> writer([&] {
      std::error_code ec;
      terminal.console.write(bytes(much), ec);
      return ec;
    });
    EXPECT_TRUE(writer.wait_until_asleep());
    Outcome behind;
    terminal.console.async_write(bytes("x"), behind.handler());
    terminal.console.shutdown();
    terminal.console.cancel_write();
    EXPECT_EQ(writer.get(), errc::shut_down);
    EXPECT_TRUE(this->serve_until([&] { return behind.calls() > 0; }));
    EXPECT_EQ(behind.error(), std::errc::operation_canceled);
  }
}

TYPED_TEST(Cancel, LetsTheHandlerStartTheNextOne) {
  auto terminal = this->add_terminal();
  Outcome next;
  terminal.console.async_read([&](std::error_code ec, std::span<const std::byte>) {
    EXPECT_EQ(ec, std::errc::operation_canceled);
    terminal.console.async_read(next.lent_handler());
  });
  terminal.console.cancel();
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return next.calls() > 0; }));
  EXPECT_EQ(next.text(), "x");
}

TYPED_TEST(Cancel, WakesAWaitInAnotherThread) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  server.thread().wait_until_asleep();
  terminal.console.cancel();
  EXPECT_TRUE(read.wait());
  EXPECT_EQ(read.error(), std::errc::operation_canceled);
}

TYPED_TEST(Cancel, RacingWithBytesEndsEachReadOnceAndLosesNone) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  std::string got;
  std::string sent;
  for (int round = 0; round < 300; ++round) {
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    const std::string piece = std::to_string(1000 + round);
    sent += piece;
    say(terminal.slave, piece);
    terminal.console.cancel();
    ASSERT_TRUE(read.wait());
    ASSERT_EQ(read.calls(), 1);
    ASSERT_TRUE(!read.error() || read.error() == std::errc::operation_canceled);
    ASSERT_EQ(read.error() ? read.count() : 0U, 0U);
    got += read.text();
  }
  got += read_exactly(terminal.console, sent.size() - got.size());
  expect_same(got, sent);
}

TYPED_TEST(Cancel, RacingWithAReaderWritesJustWhatItTells) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  const std::string sent = numbered(30'000);
  for (int round = 0; round < 50; ++round) {
    Outcome written;
    terminal.console.async_write(bytes(sent), written.handler());
    const std::string start = hear(terminal.slave, 1000);
    terminal.console.cancel();
    ASSERT_TRUE(written.wait());
    ASSERT_EQ(written.calls(), 1);
    const std::string rest = hear(terminal.slave, written.count() - start.size());
    expect_same(start + rest, std::string_view(sent).substr(0, written.count()));
  }
}

}  // namespace
}  // namespace conq::test
