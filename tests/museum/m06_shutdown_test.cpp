// SPDX-License-Identifier: Apache-2.0
// A shutdown that hangs: readers or writers never woken, or the console wrapped so that the
// shutdown does not reach it (runc 1895, moby 35865, containerd 840, nerdbox 62).
//
// Caught: a wakeup lost between the look at the state and the sleep; one of several blocked callers
// woken and the others forgotten; a shutdown that only the next event makes known.
#include <deque>

#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Museum06 : public PollerTest<On> {
 protected:
  /// Blocks several readers and writers of one console and shuts it down while they come.
  template <class End>
  void expect_all_end(End end) {
    auto terminal = this->add_terminal();
    const std::string sent(more_than_fits, '.');
    std::deque<InThread<std::string>> readers;
    std::deque<InThread<std::error_code>> writers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&] { return read_text(terminal.console); });
      writers.emplace_back([&] {
        std::error_code ec;
        terminal.console.write(bytes(sent), ec);
        return ec;
      });
    }
    end(terminal.console);
    for (auto& reader : readers) ASSERT_EQ(reader.get(), "");
    for (auto& writer : writers) ASSERT_EQ(writer.get(), errc::shut_down);
  }
};
TYPED_TEST_SUITE(Museum06, Backends, BackendNames);

TYPED_TEST(Museum06, ShutdownEndsEveryBlockedReadAndWrite) {
  for (int round = 0; round < 50; ++round) {
    this->expect_all_end([](auto& console) { console.shutdown(); });
  }
}

TYPED_TEST(Museum06, ShutdownEndsThemAlsoWhileAWaitRuns) {
  const Server server(this->poller);
  for (int round = 0; round < 50; ++round) {
    this->expect_all_end([](auto& console) { console.shutdown(); });
  }
}

TYPED_TEST(Museum06, ShutdownByAnotherThreadAndByTheCallbackEndsThem) {
  for (int round = 0; round < 50; ++round) {
    this->expect_all_end([this](auto& console) {
      InThread other([&] { console.shutdown([this](int fd) { this->poller.close_console(fd); }); });
    });
  }
}

TYPED_TEST(Museum06, CloseConsoleByNumberReachesThemHoweverTheConsoleIsWrapped) {
  for (int round = 0; round < 50; ++round) {
    this->expect_all_end([this](auto& console) { this->poller.close_console(console.fd()); });
  }
}

TYPED_TEST(Museum06, ShutdownInAHandlerEndsThem) {
  auto trigger = this->add_terminal();
  const Server server(this->poller);
  this->expect_all_end([&](auto& console) {
    Outcome done;
    trigger.console.async_read([&](std::error_code ec, std::span<const std::byte> bytes) {
      console.shutdown();
      done.lent_handler()(ec, bytes);
    });
    say(trigger.slave, "x");
    ASSERT_TRUE(done.wait());
  });
}

TYPED_TEST(Museum06, TheEndOfThePollerEndsThem) {
  this->expect_all_end([this](auto&) { this->poller.close(); });
}

}  // namespace
}  // namespace conq::test
