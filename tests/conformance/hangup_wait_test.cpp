// SPDX-License-Identifier: Apache-2.0
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

using std::chrono::milliseconds;

template <class On>
class HangupWait : public PollerTest<On> {};
TYPED_TEST_SUITE(HangupWait, Backends, BackendNames);

TYPED_TEST(HangupWait, IsWhatAConsoleGetsByDefault) {
  EXPECT_EQ(AddOptions{}.hangup, Hangup::wait);
}

TYPED_TEST(HangupWait, AReadBlockedAtTheHangupGoesOnAfterTheReopen) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  terminal.hang_up();
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  terminal.reopen();
  // On Linux that is no event; the next bytes are.
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  say(terminal.slave, "back");
  EXPECT_EQ(reader.get(), "back");
}

TYPED_TEST(HangupWait, AReadStartedWhileHungUpWaitsForTheReopen) {
  auto terminal = this->add_terminal();
  terminal.hang_up();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  terminal.reopen();
  say(terminal.slave, "back");
  EXPECT_EQ(reader.get(), "back");
}

TYPED_TEST(HangupWait, AReadWaitsAlsoWhileAWaitRuns) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  terminal.hang_up();
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  terminal.reopen();
  say(terminal.slave, "back");
  EXPECT_EQ(reader.get(), "back");
}

TYPED_TEST(HangupWait, AConsoleHungUpWhenItWasAddedIsReadOnceItIsOpened) {
  Pty pty = raw_pty();
  pty.slave.reset();
  auto console = this->poller.add(std::move(pty.master));
  InThread reader([&] { return read_text(console); });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  const Fd slave = open_slave(pty.slave_name);
  say(slave, "here");
  EXPECT_EQ(reader.get(), "here");
}

TYPED_TEST(HangupWait, WhatWasWrittenBeforeTheHangupIsReadThenWhatComesAfterTheReopen) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(fits_everywhere);
  say(terminal.slave, sent);
  terminal.hang_up();
  expect_same(read_exactly(terminal.console, sent.size()), sent);
  terminal.reopen();
  say(terminal.slave, "back");
  EXPECT_EQ(read_exactly(terminal.console, 4), "back");
}

TYPED_TEST(HangupWait, AnAsynchronousReadStaysPending) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  terminal.hang_up();
  for (int round = 0; round < 10; ++round) this->serve_past_an_event();
  EXPECT_EQ(read.calls(), 0);
  terminal.reopen();
  this->serve_past_an_event();
  EXPECT_EQ(read.calls(), 0);
  say(terminal.slave, "back");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.text(), "back");
}

TYPED_TEST(HangupWait, ReadForTimesOut) {
  auto terminal = this->add_terminal();
  terminal.hang_up();
  std::array<std::byte, 4> room{};
  std::error_code ec;
  EXPECT_EQ(terminal.console.read_for(room, milliseconds(2), ec), 0U);
  EXPECT_EQ(ec, errc::timed_out);
}

TYPED_TEST(HangupWait, AWriteWhileHungUpWaitsForTheReopen) {
  auto terminal = this->add_terminal();
  terminal.hang_up();
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] { return terminal.console.write(bytes(sent)); });
  writer.wait_until_asleep();
  EXPECT_FALSE(writer.returned());
  terminal.reopen();
  // What the kernel took while nobody was there is its own to keep or to drop: look at the end.
  std::string got;
  while (!got.ends_with(sent.substr(sent.size() - 8))) got += hear_some(terminal.slave);
  EXPECT_EQ(writer.get(), sent.size());
  expect_same(got, std::string_view(sent).substr(sent.size() - got.size()));
}

TYPED_TEST(HangupWait, AWriteBlockedAtTheHangupGoesOnAfterTheReopen) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] { return terminal.console.write(bytes(sent)); });
  writer.wait_until_asleep();
  terminal.hang_up();
  writer.wait_until_asleep();
  EXPECT_FALSE(writer.returned());
  terminal.reopen();
  std::string got;
  while (!got.ends_with(sent.substr(sent.size() - 8))) got += hear_some(terminal.slave);
  EXPECT_EQ(writer.get(), sent.size());
  expect_same(got, std::string_view(sent).substr(sent.size() - got.size()));
}

TYPED_TEST(HangupWait, AnAsynchronousWriteStaysPending) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  terminal.hang_up();
  for (int round = 0; round < 10; ++round) this->serve_past_an_event();
  EXPECT_EQ(written.calls(), 0);
  terminal.console.cancel();
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
}

TYPED_TEST(HangupWait, ShutdownEndsReadersAndWritersWhileHungUp) {
  auto terminal = this->add_terminal();
  terminal.hang_up();
  const std::string sent(more_than_fits, '.');
  InThread reader([&] { return read_text(terminal.console); });
  InThread writer([&] {
    std::error_code ec;
    const std::size_t count = terminal.console.write(bytes(sent), ec);
    return std::pair(count, ec);
  });
  reader.wait_until_asleep();
  writer.wait_until_asleep();
  terminal.console.shutdown();
  EXPECT_EQ(reader.get(), "");
  const auto [count, ec] = writer.get();
  EXPECT_EQ(ec, errc::shut_down);
  EXPECT_LT(count, sent.size());
}

TYPED_TEST(HangupWait, ReadingGoesOnOverManyRoundsOfHangupAndReopen) {
  auto terminal = this->add_terminal();
  for (int round = 0; round < 100; ++round) {
    InThread reader([&] { return read_exactly(terminal.console, 7); });
    terminal.hang_up();
    terminal.reopen();
    const std::string sent = std::to_string(1'000'000 + round);
    say(terminal.slave, sent);
    ASSERT_EQ(reader.get(), sent);
  }
}

}  // namespace
}  // namespace conq::test
