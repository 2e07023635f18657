// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Shutdown : public PollerTest<On> {};
TYPED_TEST_SUITE(Shutdown, Backends, BackendNames);

TYPED_TEST(Shutdown, EndsABlockedRead) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  terminal.console.shutdown();
  EXPECT_EQ(reader.get(), "");
}

TYPED_TEST(Shutdown, EndsABlockedReadWhileAWaitRuns) {
  auto terminal = this->add_terminal();
  const Server server(this->poller);
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  terminal.console.shutdown();
  EXPECT_EQ(reader.get(), "");
}

TYPED_TEST(Shutdown, EndsEveryBlockedReader) {
  auto terminal = this->add_terminal();
  std::deque<InThread<std::string>> readers;
  for (int i = 0; i < 5; ++i) readers.emplace_back([&] { return read_text(terminal.console); });
  for (auto& reader : readers) reader.wait_until_asleep();
  terminal.console.shutdown();
  for (auto& reader : readers) EXPECT_EQ(reader.get(), "");
}

TYPED_TEST(Shutdown, ReadsGiveWhatIsReadableAndThenEnd) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(fits_everywhere);
  say(terminal.slave, sent);
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  const std::string first = read_text(terminal.console, 1);
  // All of it has come through the kernel once its last byte is there.
  terminal.hang_up();
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  terminal.console.shutdown();
  expect_same(first + read_to_end_of(terminal.console), sent);
  EXPECT_EQ(read_text(terminal.console), "");
}

TYPED_TEST(Shutdown, AnAsynchronousReadGivesWhatIsReadableAndTheNextOneTheEnd) {
  auto terminal = this->add_terminal();
  say(terminal.slave, "rest");
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  terminal.console.shutdown();
  Outcome rest;
  terminal.console.async_read(rest.lent_handler());
  EXPECT_TRUE(this->serve_until([&] { return rest.calls() > 0; }));
  EXPECT_EQ(rest.text(), "rest");
  Outcome end;
  terminal.console.async_read(end.lent_handler());
  EXPECT_TRUE(this->serve_until([&] { return end.calls() > 0; }));
  EXPECT_EQ(end.count(), 0U);
  EXPECT_FALSE(end.error());
}

TYPED_TEST(Shutdown, EndsAPendingAsynchronousRead) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  this->serve_what_is_ready();
  terminal.console.shutdown();
  EXPECT_EQ(read.calls(), 0) << "handlers run in wait(), never inside shutdown()";
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(read.count(), 0U);
}

TYPED_TEST(Shutdown, EndsABlockedWriteWithShutDownAndSaysHowMuchWasWritten) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  InThread writer([&] {
    std::error_code ec;
    const std::size_t count = terminal.console.write(bytes(sent), ec);
    return std::pair(count, ec);
  });
  writer.wait_until_asleep();
  terminal.console.shutdown();
  const auto [count, ec] = writer.get();
  EXPECT_EQ(ec, errc::shut_down);
  EXPECT_GT(count, 0U);
  EXPECT_LT(count, sent.size());
  expect_same(hear(terminal.slave, count), std::string_view(sent).substr(0, count));
  EXPECT_EQ(read_available(terminal.slave.get()), "") << "just these bytes, not one more";
}

TYPED_TEST(Shutdown, EndsEveryBlockedWriterAndTheOnesBehindWroteNothing) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  const auto write = [&] {
    std::error_code ec;
    const std::size_t count = terminal.console.write(bytes(sent), ec);
    return std::pair(count, ec);
  };
  InThread first(write);
  const bool known = first.wait_until_asleep();
  InThread second(write);
  second.wait_until_asleep();
  terminal.console.shutdown();
  EXPECT_EQ(first.get().second, errc::shut_down);
  const auto [count, ec] = second.get();
  EXPECT_EQ(ec, errc::shut_down);
  if (known) {
    EXPECT_EQ(count, 0U);
  }
}

TYPED_TEST(Shutdown, EndsAPendingAsynchronousWrite) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  this->serve_what_is_ready();
  terminal.console.shutdown();
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.error(), errc::shut_down);
  EXPECT_GT(written.count(), 0U);
  EXPECT_LT(written.count(), sent.size());
}

TYPED_TEST(Shutdown, EveryLaterWriteFails) {
  auto terminal = this->add_terminal();
  terminal.console.shutdown();
  std::error_code ec;
  EXPECT_EQ(terminal.console.write(bytes("x"), ec), 0U);
  EXPECT_EQ(ec, errc::shut_down);
  EXPECT_EQ(text_of_error([&] { terminal.console.write(bytes("x")); }),
            "write " + terminal.console.name() + ": " + ec.message());
  Outcome written;
  terminal.console.async_write(bytes("x"), written.handler());
  EXPECT_TRUE(this->serve_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.error(), errc::shut_down);
  EXPECT_EQ(written.count(), 0U);
}

TYPED_TEST(Shutdown, EveryLaterReadEnds) {
  auto terminal = this->add_terminal();
  terminal.console.shutdown();
  std::error_code ec = errc::closed;
  std::array<std::byte, 4> room{};
  EXPECT_EQ(terminal.console.read(room, ec), 0U);
  EXPECT_FALSE(ec);
  EXPECT_EQ(terminal.console.read_for(room, deadline, ec), 0U);
  EXPECT_FALSE(ec);
}

TYPED_TEST(Shutdown, TakesTheChannelOffTheQueue) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  terminal.console.shutdown();
  std::error_code ec;
  this->poller.close_console(fd, ec);
  EXPECT_EQ(ec, errc::not_registered);
  EXPECT_TRUE(is_open(fd));
  EXPECT_EQ(terminal.console.fd(), fd);
}

TYPED_TEST(Shutdown, DoesNothingWhenItWasDoneAlready) {
  auto terminal = this->add_terminal();
  int calls = 0;
  terminal.console.shutdown();
  terminal.console.shutdown();
  terminal.console.shutdown([&](int) { ++calls; });
  EXPECT_EQ(calls, 0);
  EXPECT_NO_THROW(terminal.console.close());
  terminal.console.shutdown();
}

TYPED_TEST(Shutdown, DoesNothingToAHandleWithoutAConsole) {
  typename TestFixture::Console none;
  none.shutdown();
  none.shutdown([](int) { ADD_FAILURE() << "there is no descriptor"; });
}

TYPED_TEST(Shutdown, LeavesTheRestOfTheConsoleUsable) {
  auto terminal = this->add_terminal();
  terminal.console.shutdown();
  terminal.console.resize({30, 90, 0, 0});
  EXPECT_EQ(terminal.console.size(), (WinSize{30, 90, 0, 0}));
}

TYPED_TEST(Shutdown, CallsTheCallbackWithTheDescriptorInThisThread) {
  auto terminal = this->add_terminal();
  int told = -1;
  std::thread::id thread;
  terminal.console.shutdown([&](int fd) {
    told = fd;
    thread = std::this_thread::get_id();
  });
  EXPECT_EQ(told, terminal.console.fd());
  EXPECT_EQ(thread, std::this_thread::get_id());
}

TYPED_TEST(Shutdown, TheCallbackMayTakeItOffTheQueueByCloseConsole) {
  auto terminal = this->add_terminal();
  InThread reader([&] { return read_text(terminal.console); });
  reader.wait_until_asleep();
  EXPECT_NO_THROW(terminal.console.shutdown([&](int fd) { this->poller.close_console(fd); }));
  EXPECT_EQ(reader.get(), "");
}

TYPED_TEST(Shutdown, ItIsOffTheQueueAlsoWhenTheCallbackDidNothing) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  terminal.console.shutdown([](int) {});
  std::error_code ec;
  this->poller.close_console(fd, ec);
  EXPECT_EQ(ec, errc::not_registered);
  EXPECT_EQ(read_text(terminal.console), "");
}

TYPED_TEST(Shutdown, AnEmptyCallbackIsNone) {
  auto terminal = this->add_terminal();
  EXPECT_NO_THROW(terminal.console.shutdown(nullptr));
  EXPECT_EQ(read_text(terminal.console), "");
}

TYPED_TEST(Shutdown, PassesOnWhatTheCallbackThrowsAfterTheShutdown) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  EXPECT_THROW(terminal.console.shutdown([](int) { throw std::runtime_error("mine"); }),
               std::runtime_error);
  EXPECT_EQ(read_text(terminal.console), "");
  std::error_code ec;
  this->poller.close_console(fd, ec);
  EXPECT_EQ(ec, errc::not_registered);
}

TYPED_TEST(Shutdown, TheCallbackMayCloseTheConsole) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  terminal.console.shutdown([&](int) { terminal.console.close(); });
  EXPECT_FALSE(terminal.console);
  EXPECT_FALSE(is_open(fd));
}

TYPED_TEST(Shutdown, AHandlerMayShutItsConsoleDown) {
  auto terminal = this->add_terminal();
  Outcome end;
  terminal.console.async_read([&](std::error_code, std::span<const std::byte>) {
    terminal.console.shutdown();
    terminal.console.async_read(end.lent_handler());
  });
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return end.calls() > 0; }));
  EXPECT_EQ(end.count(), 0U);
}

TYPED_TEST(Shutdown, FromManyThreadsAtOnceEndsEachOperationOnce) {
  for (int round = 0; round < 50; ++round) {
    auto terminal = this->add_terminal();
    Outcome read;
    Outcome written;
    const std::string sent(more_than_fits, '.');
    terminal.console.async_read(read.lent_handler());
    terminal.console.async_write(bytes(sent), written.handler());
    this->serve_what_is_ready();
    {
      InThread one([&] { terminal.console.shutdown(); });
      InThread two([&] { terminal.console.shutdown([](int) {}); });
      InThread three([&] {
        std::error_code ec;
        this->poller.close_console(terminal.console.fd(), ec);
      });
      ASSERT_TRUE(this->serve_until([&] { return read.calls() > 0 && written.calls() > 0; }));
    }
    this->serve_what_is_ready();
    EXPECT_EQ(read.calls(), 1);
    EXPECT_EQ(written.calls(), 1);
  }
}

TYPED_TEST(Shutdown, DoesNotLeaveOtherConsolesWaiting) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  InThread turning([&] { return read_text(one.console); });
  turning.wait_until_asleep();
  InThread reader([&] { return read_text(other.console); });
  reader.wait_until_asleep();
  one.console.shutdown();
  EXPECT_EQ(turning.get(), "");
  reader.wait_until_asleep();
  EXPECT_FALSE(reader.returned());
  say(other.slave, "x");
  EXPECT_EQ(reader.get(), "x");
}

}  // namespace
}  // namespace conq::test
