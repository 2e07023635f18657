// SPDX-License-Identifier: Apache-2.0
// An event for a closed descriptor reaches the console that got its number (the Go package that
// conq began from; any table keyed by descriptors).
//
// Caught: events matched by number: the hangup of the old console would end reads and writes of the
// new one.
#include <unistd.h>

#include <optional>

#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum09 : public PollerTest<On> {};
TYPED_TEST_SUITE(Museum09, Backends, BackendNames);

TYPED_TEST(Museum09, AnEventNeverReachesTheConsoleThatGotTheNumber) {
  const std::string much(150'000, '.');
  auto bystander = this->add_terminal();
  std::atomic<bool> enough = false;
  // An event is on its way from the moment the kernel has told it to a thread of wait() until that
  // thread gets to look at the consoles. Others that ask for their turn make that moment longer.
  const auto crowd = [&] {
    while (!enough) bystander.console.fd();
  };
  {
    const Server one(this->poller);
    const Server two(this->poller);
    InThread some(crowd);
    InThread more(crowd);
    for (int round = 0; round < 240; ++round) {
      auto old = this->add_terminal(Hangup::end);
      const int number = old.console.fd();
      Pty pty = raw_pty();
      old.hang_up();
      // Sooner and later after the hangup, to meet that moment.
      for (int i = 0; i < round % 40; ++i) bystander.console.fd();
      old.console.close();
      ASSERT_EQ(::dup2(pty.master.fd(), number), number);
      auto next = this->poller.add(Console::from_fd(Fd(number)), {Hangup::end});
      pty.master.close();
      // A hangup that is taken for its own is noticed by the writer; a read would find out.
      Outcome written;
      next.async_write(bytes(much), written.handler());
      InThread reader([&] { return hear(pty.slave, much.size()).size(); });
      EXPECT_TRUE(written.wait());
      EXPECT_FALSE(written.error()) << written.error().message() << " in round " << round;
      if (written.error()) next.close();
      EXPECT_EQ(reader.get(), much.size());
      if (TestFixture::HasFailure()) break;
      Outcome read;
      next.async_read(read.lent_handler());
      say(pty.slave, "x");
      EXPECT_TRUE(read.wait());
      EXPECT_EQ(read.text(), "x");
    }
    enough = true;
  }
}

TYPED_TEST(Museum09, AlsoWhenItGoesInAHandlerOfTheSameTurn) {
  const std::string much(150'000, '.');
  int reused = 0;
  for (int round = 0; round < 30; ++round) {
    auto one = this->add_terminal(Hangup::end);
    auto old = this->add_terminal(Hangup::end);
    const int number = old.console.fd();
    std::optional<Terminal<typename TestFixture::Console>> next;
    Outcome written;
    one.console.async_read([&](std::error_code, std::span<const std::byte>) {
      old.console.close();
      next = this->add_terminal(Hangup::end);
      next->console.async_write(bytes(much), written.handler());
    });
    say(one.slave, "x");
    old.hang_up();
    ASSERT_TRUE(wait_readable(one.console.fd()));
    ASSERT_TRUE(wait_readable(old.console.fd()));
    ASSERT_TRUE(this->serve_until([&] { return next.has_value(); }));
    if (next->console.fd() == number) ++reused;
    InThread reader([&] { return hear(next->slave, much.size()).size(); });
    ASSERT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
    ASSERT_FALSE(written.error()) << written.error().message();
    ASSERT_EQ(reader.get(), much.size());
  }
  EXPECT_GT(reused, 0);
}

}  // namespace
}  // namespace conq::test
