// SPDX-License-Identifier: Apache-2.0
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class HangupEnd : public PollerTest<On> {
 protected:
  auto add_terminal() { return PollerTest<On>::add_terminal(Hangup::end); }
};
TYPED_TEST_SUITE(HangupEnd, Backends, BackendNames);

TYPED_TEST(HangupEnd, ReadsGiveEveryByteThenTheEnd) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(100'000);
  InThread writer([&] {
    say(terminal.slave, sent);
    terminal.hang_up();
  });
  expect_same(read_to_end_of(terminal.console), sent);
}

TYPED_TEST(HangupEnd, ReadsThatFindTheHangupLateGiveEveryByteToo) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(fits_everywhere);
  say(terminal.slave, sent);
  terminal.hang_up();
  // The hangup's event is served before the first byte is read.
  this->serve_past_an_event();
  std::string got;
  for (;;) {
    const std::string piece = read_text(terminal.console, 100);
    if (piece.empty()) break;
    got += piece;
  }
  expect_same(got, sent);
}

TYPED_TEST(HangupEnd, ABlockedReadEndsAtTheHangup) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  terminal.hang_up();
  EXPECT_EQ(reader.get(), "");
}

TYPED_TEST(HangupEnd, EveryBlockedReadEnds) {
  auto terminal = this->add_terminal();
  InThread one([&] { return read_text(terminal.console); });
  InThread two([&] { return read_text(terminal.console); });
  InThread three([&] { return read_text(terminal.console); });
  one.wait_until_asleep();
  two.wait_until_asleep();
  three.wait_until_asleep();
  terminal.hang_up();
  EXPECT_EQ(one.get() + two.get() + three.get(), "");
}

TYPED_TEST(HangupEnd, EveryReadAfterTheEndEndsToo) {
  auto terminal = this->add_terminal();
  terminal.hang_up();
  for (int round = 0; round < 3; ++round) {
    std::error_code ec = errc::closed;
    std::array<std::byte, 4> room{};
    EXPECT_EQ(terminal.console.read(room, ec), 0U);
    EXPECT_FALSE(ec);
  }
  terminal.reopen();
  say(terminal.slave, "too late");
  EXPECT_EQ(read_text(terminal.console), "") << "an end is for good";
}

TYPED_TEST(HangupEnd, AnAsynchronousReadEnds) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  terminal.hang_up();
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.count(), 0U);
}

TYPED_TEST(HangupEnd, AnAsynchronousReadGivesTheLastBytesFirst) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "last");
  terminal.hang_up();
  Outcome bytes_read;
  terminal.console.async_read(bytes_read.lent_handler());
  EXPECT_TRUE(this->serve_until([&] { return bytes_read.calls() > 0; }));
  EXPECT_EQ(bytes_read.text(), "last");
  Outcome end;
  terminal.console.async_read(end.lent_handler());
  EXPECT_TRUE(this->serve_until([&] { return end.calls() > 0; }));
  EXPECT_FALSE(end.error());
  EXPECT_EQ(end.count(), 0U);
}

TYPED_TEST(HangupEnd, ABlockedWriteFailsWithHungUpAndSaysHowMuchWasWritten) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] {
    std::error_code ec;
    const std::size_t count = terminal.console.write(bytes(sent), ec);
    return std::pair(count, ec);
  });
  writer.wait_until_asleep();
  EXPECT_FALSE(writer.returned());
  const std::string heard = hear(terminal.slave, 1000);
  terminal.hang_up();
  const auto [count, ec] = writer.get();
  EXPECT_EQ(ec, errc::hung_up);
  EXPECT_GE(count, heard.size());
  EXPECT_LT(count, sent.size());
}

TYPED_TEST(HangupEnd, EveryWriteAfterTheHangupFails) {
  auto terminal = this->add_terminal();
  terminal.hang_up();
  EXPECT_EQ(read_text(terminal.console), "");
  for (int round = 0; round < 3; ++round) {
    std::error_code ec;
    EXPECT_EQ(terminal.console.write(bytes("x"), ec), 0U);
    EXPECT_EQ(ec, errc::hung_up);
  }
  EXPECT_EQ(text_of_error([&] { terminal.console.write(bytes("x")); }),
            "write " + terminal.console.name() + ": " + make_error_code(errc::hung_up).message());
}

TYPED_TEST(HangupEnd, AWriteFailsAlsoWhenNobodyReads) {
  auto terminal = this->add_terminal();
  terminal.hang_up();
  // What fits may be accepted before the hangup is known.
  const std::string sent(more_than_fits, '.');
  std::error_code ec;
  EXPECT_LT(terminal.console.write(bytes(sent), ec), sent.size());
  EXPECT_EQ(ec, errc::hung_up);
}

TYPED_TEST(HangupEnd, AnAsynchronousWriteFails) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  this->serve_what_is_ready();
  terminal.hang_up();
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.error(), errc::hung_up);
  EXPECT_LT(written.count(), sent.size());
}

TYPED_TEST(HangupEnd, AWriteFailsWhileBytesAreLeftToBeRead) {
  if (!kernel_traits().hangup_leaves_bytes) GTEST_SKIP() << "a close waits for them to be read";
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  say(terminal.slave, "unread");
  terminal.hang_up();
  std::error_code ec;
  terminal.console.write(bytes(sent), ec);
  EXPECT_EQ(ec, errc::hung_up);
  EXPECT_EQ(read_to_end_of(terminal.console), "unread");
}

}  // namespace
}  // namespace conq::test
