// SPDX-License-Identifier: Apache-2.0
// A hangup taken for the end when the slave is opened again later, as init does with /dev/console
// (moby 27202, runc 1446).
//
// Caught: an end at a hangup under Hangup::wait; a state of hangup that the reopen does not clear,
// so that the next bytes are waited for in vain; bytes lost at the hangup between.
#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

constexpr int rounds = 1000;

std::string line(int round) { return std::to_string(1'000'000 + round) + "."; }

std::string all_lines() {
  std::string all;
  for (int round = 0; round < rounds; ++round) all += line(round);
  return all;
}

template <class On>
class Museum05 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum05, Backends, BackendNames);

TYPED_TEST(Museum05, ReadingGoesOnOverAThousandRoundsOfCloseAndOpenAndNothingIsLost) {
  auto terminal = this->add_terminal();
  const std::string sent = all_lines();
  InThread reader([&] { return read_exactly(terminal.console, sent.size()); });
  for (int round = 0; round < rounds; ++round) {
    say(terminal.slave, line(round));
    terminal.hang_up();
    terminal.reopen();
  }
  expect_same(reader.get(), sent);
}

TYPED_TEST(Museum05, ByHandlersToo) {
  auto terminal = this->add_terminal();
  const std::string sent = all_lines();
  std::string got;
  Outcome all;
  std::function<void()> next = [&] {
    terminal.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
      got += text(bytes);
      if (ec || bytes.empty() || got.size() >= sent.size()) {
        all.handler()(ec, bytes.size());
      } else {
        next();
      }
    });
  };
  next();
  const Server server(this->poller);
  for (int round = 0; round < rounds; ++round) {
    say(terminal.slave, line(round));
    terminal.hang_up();
    terminal.reopen();
  }
  ASSERT_TRUE(all.wait());
  EXPECT_FALSE(all.error());
  expect_same(got, sent);
}

TYPED_TEST(Museum05, EachRoundIsReadBeforeTheNextBegins) {
  auto terminal = this->add_terminal();
  for (int round = 0; round < rounds; ++round) {
    terminal.hang_up();
    terminal.reopen();
    say(terminal.slave, line(round));
    ASSERT_EQ(read_exactly(terminal.console, line(round).size()), line(round));
  }
}

}  // namespace
}  // namespace conq::test
