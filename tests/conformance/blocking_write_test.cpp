// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class BlockingWrite : public PollerTest<On> {};
TYPED_TEST_SUITE(BlockingWrite, Backends, BackendNames);

TYPED_TEST(BlockingWrite, ReturnsWhenAllIsWritten) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(300'000);
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_EQ(terminal.console.write(bytes(sent)), sent.size());
  expect_same(reader.get(), sent);
}

TYPED_TEST(BlockingWrite, BlocksUntilTheLastByteIsAcceptedByTheKernel) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] { return terminal.console.write(bytes(sent)); });
  writer.wait_until_asleep();
  EXPECT_FALSE(writer.returned());
  const std::string start = hear(terminal.slave, 100'000);
  writer.wait_until_asleep();
  EXPECT_FALSE(writer.returned()) << "room for a part is not room for all";
  expect_same(start + hear(terminal.slave, sent.size() - start.size()), sent);
  EXPECT_EQ(writer.get(), sent.size());
}

TYPED_TEST(BlockingWrite, SleepsWhileAWaitRuns) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  server.thread().wait_until_asleep();
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] { return terminal.console.write(bytes(sent)); });
  writer.wait_until_asleep();
  EXPECT_FALSE(writer.returned());
  expect_same(hear(terminal.slave, sent.size()), sent);
  EXPECT_EQ(writer.get(), sent.size());
}

TYPED_TEST(BlockingWrite, IsNotInterleavedWithAnotherWrite) {
  auto terminal = this->add_terminal();
  constexpr std::size_t size = 100'000;
  std::deque<InThread<std::size_t>> writers;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    writers.emplace_back([&terminal, letter] {
      const std::string text(size, letter);
      return terminal.console.write(bytes(text));
    });
  }
  std::string got = hear(terminal.slave, 4 * size);
  for (auto& writer : writers) EXPECT_EQ(writer.get(), size);
  EXPECT_EQ(std::count(got.begin(), got.end(), 'a'), static_cast<std::ptrdiff_t>(size));
  got.erase(std::unique(got.begin(), got.end()), got.end());
  EXPECT_EQ(got.size(), 4U) << "each letter in one piece";
}

TYPED_TEST(BlockingWrite, IsServedFirstComeFirstServed) {
  auto terminal = this->add_terminal();
  const std::string filling(more_than_fits, '.');
  InThread first([&] { return terminal.console.write(bytes(filling)); });
  bool known = first.wait_until_asleep();
  std::deque<InThread<std::size_t>> writers;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    auto& writer = writers.emplace_back(
        [&terminal, letter] { return terminal.console.write(bytes(std::string(1, letter))); });
    known = known && writer.wait_until_asleep();
  }
  EXPECT_EQ(hear(terminal.slave, filling.size()), filling);
  const std::string order = hear(terminal.slave, 4);
  for (auto& writer : writers) EXPECT_EQ(writer.get(), 1U);
  if (!known) GTEST_SKIP() << "this kernel is not asked whether a thread sleeps";
  EXPECT_EQ(order, "abcd");
}

TYPED_TEST(BlockingWrite, OfNothingReturns0AtOnce) {
  auto terminal = this->add_terminal();
  std::error_code ec = errc::closed;
  EXPECT_EQ(terminal.console.write({}, ec), 0U);
  EXPECT_FALSE(ec);
  const std::byte byte{};
  EXPECT_EQ(terminal.console.write({&byte, 0}), 0U);
  terminal.console.write(bytes("x"));
  EXPECT_EQ(hear(terminal.slave, 1), "x");
}

TYPED_TEST(BlockingWrite, OfAClosedConsoleReportsClosed) {
  auto terminal = this->add_terminal();
  const std::string name = terminal.console.name();
  terminal.console.close();
  std::error_code ec;
  EXPECT_EQ(terminal.console.write(bytes("x"), ec), 0U);
  EXPECT_EQ(ec, errc::closed);
  EXPECT_EQ(text_of_error([&] { terminal.console.write(bytes("x")); }),
            "write " + name + ": " + ec.message());
}

}  // namespace
}  // namespace conq::test
