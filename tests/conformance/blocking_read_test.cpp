// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class BlockingRead : public PollerTest<On> {};
TYPED_TEST_SUITE(BlockingRead, Backends, BackendNames);

TYPED_TEST(BlockingRead, ReturnsWhatIsThere) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "hello");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  EXPECT_EQ(read_exactly(terminal.console, 5), "hello");
}

TYPED_TEST(BlockingRead, ReturnsAtLeastAByteAndDoesNotWaitForMore) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(terminal.console, 65536), "x");
}

TYPED_TEST(BlockingRead, LeavesWhatDoesNotFit) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "abc");
  EXPECT_EQ(read_text(terminal.console, 1), "a");
  EXPECT_EQ(read_text(terminal.console, 1), "b");
  EXPECT_EQ(read_text(terminal.console, 1), "c");
}

TYPED_TEST(BlockingRead, BlocksWhileTheConsoleIsConnectedAndEmpty) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
}

TYPED_TEST(BlockingRead, SleepsWhileAWaitRuns) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  server.thread().wait_until_asleep();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  say(terminal.slave, "x");
  EXPECT_EQ(reader.get(), "x");
}

TYPED_TEST(BlockingRead, BlocksOnlyItsCaller) {
  auto quiet = this->add_terminal();
  auto busy = this->add_terminal();
  InThread blocked([&] { return read_text(quiet.console); });
  blocked.wait_until_asleep();
  for (int round = 0; round < 100; ++round) {
    say(busy.slave, "x");
    ASSERT_EQ(read_text(busy.console), "x");
    ASSERT_EQ(busy.console.write(bytes("y")), 1U);
    ASSERT_EQ(hear(busy.slave, 1), "y");
  }
  EXPECT_FALSE(blocked.returned());
  say(quiet.slave, "z");
  EXPECT_EQ(blocked.get(), "z");
}

TYPED_TEST(BlockingRead, LetsTheSameConsoleBeWritten) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  EXPECT_EQ(terminal.console.write(bytes("down")), 4U);
  EXPECT_EQ(hear(terminal.slave, 4), "down");
  say(terminal.slave, "u");
  EXPECT_EQ(reader.get(), "u");
}

TYPED_TEST(BlockingRead, IntoNoRoomReturns0AtOnce) {
  auto terminal = this->add_terminal();
  std::error_code ec = errc::closed;
  EXPECT_EQ(terminal.console.read({}, ec), 0U);
  EXPECT_FALSE(ec);
  std::byte byte{};
  EXPECT_EQ(terminal.console.read({&byte, 0}), 0U);
  say(terminal.slave, "x");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  EXPECT_EQ(terminal.console.read({}), 0U);
  EXPECT_EQ(read_text(terminal.console), "x") << "the empty read took nothing";
}

TYPED_TEST(BlockingRead, AShortReadProvesNothing) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(200'000);
  InThread writer([&] { say(terminal.slave, sent); });
  // The kernel gives pieces far smaller than the room; the rest has to come all the same.
  std::string got;
  while (got.size() < sent.size()) got += read_text(terminal.console, 65536);
  expect_same(got, sent);
}

TYPED_TEST(BlockingRead, IsServedFirstComeFirstServed) {
  auto terminal = this->add_terminal();
  std::deque<InThread<std::string>> readers;
  for (int i = 0; i < 4; ++i) {
    auto& reader = readers.emplace_back([&] { return read_text(terminal.console, 1); });
    if (!reader.wait_until_asleep()) {
      say(terminal.slave, "abcd");
      GTEST_SKIP() << "this kernel is not asked whether a thread sleeps";
    }
  }
  say(terminal.slave, "abcd");
  EXPECT_EQ(readers[0].get(), "a");
  EXPECT_EQ(readers[1].get(), "b");
  EXPECT_EQ(readers[2].get(), "c");
  EXPECT_EQ(readers[3].get(), "d");
}

TYPED_TEST(BlockingRead, OfManyThreadsGivesEachByteToOneOfThem) {
  auto terminal = this->add_terminal(Hangup::end);
  const std::string sent = numbered(50'000);
  std::deque<InThread<std::string>> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] { return read_to_end_of(terminal.console); });
  }
  say(terminal.slave, sent);
  terminal.hang_up();
  std::string got;
  for (auto& reader : readers) got += reader.get();
  std::string wanted = sent;
  std::sort(got.begin(), got.end());
  std::sort(wanted.begin(), wanted.end());
  expect_same(got, wanted);
}

TYPED_TEST(BlockingRead, OfManyConsolesInAThreadEach) {
  constexpr std::size_t count = 16;
  std::deque<typename TestFixture::Terminal> terminals;
  std::deque<InThread<std::string>> readers;
  for (std::size_t i = 0; i < count; ++i) {
    auto& console = terminals.emplace_back(this->add_terminal()).console;
    readers.emplace_back([&console] { return read_text(console); });
  }
  for (std::size_t i = count; i-- > 0;) {
    say(terminals[i].slave, std::string(1, static_cast<char>('a' + i)));
  }
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(readers[i].get(), std::string(1, static_cast<char>('a' + i)));
  }
}

TYPED_TEST(BlockingRead, OfAClosedConsoleReportsClosed) {
  auto terminal = this->add_terminal();
  terminal.console.close();
  std::array<std::byte, 4> room{};
  std::error_code ec;
  EXPECT_EQ(terminal.console.read(room, ec), 0U);
  EXPECT_EQ(ec, errc::closed);
  EXPECT_THROW(terminal.console.read(room), Error);
}

TYPED_TEST(BlockingRead, ThrowsWhatWasTriedOnWhichConsole) {
  auto terminal = this->add_terminal();
  const std::string name = terminal.console.name();
  terminal.console.close();
  std::array<std::byte, 4> room{};
  const std::string text = text_of_error([&] { terminal.console.read(room); });
  EXPECT_EQ(text, "read " + name + ": " + make_error_code(errc::closed).message());
}

TYPED_TEST(BlockingRead, AnErrorCodeOfBeforeIsCleared) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "x");
  std::array<std::byte, 4> room{};
  std::error_code ec = errc::closed;
  EXPECT_EQ(terminal.console.read(room, ec), 1U);
  EXPECT_FALSE(ec);
}

}  // namespace
}  // namespace conq::test
