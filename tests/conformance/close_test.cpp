// SPDX-License-Identifier: Apache-2.0
#include "tests/support/poller_test.hpp"

namespace conq::test {
namespace {

template <class On>
class Close : public PollerTest<On> {};
TYPED_TEST_SUITE(Close, Backends, BackendNames);

/// Every fallible member of a console without a descriptor.
template <class Console>
void expect_all_closed(Console& console) {
  const Console& view = console;
  std::array<std::byte, 4> room{};
  std::error_code ec;
  const auto expect_closed = [&ec](auto call) {
    ec.clear();
    call();
    EXPECT_EQ(ec, errc::closed);
  };
  expect_closed([&] { console.read(room, ec); });
  expect_closed([&] { console.read_for(room, std::chrono::seconds(1), ec); });
  expect_closed([&] { console.write(room, ec); });
  const auto dropped = [](std::error_code, auto) { ADD_FAILURE() << "called"; };
  expect_closed([&] { console.async_read(room, IoHandler(dropped), ec); });
  expect_closed([&] { console.async_read(LentHandler(dropped), ec); });
  expect_closed([&] { console.async_write(room, IoHandler(dropped), ec); });
  expect_closed([&] { view.size(ec); });
  expect_closed([&] { console.resize({}, ec); });
  const Pty other = open_pty();
  expect_closed([&] { console.resize_from(other.master, ec); });
  expect_closed([&] { console.set_raw(ec); });
  expect_closed([&] { console.disable_echo(ec); });
  expect_closed([&] { console.reset(ec); });
  expect_closed([&] { console.close(ec); });
  EXPECT_THROW(console.close(), Error);
  EXPECT_THROW(view.size(), Error);
  EXPECT_THROW(console.async_write(room, IoHandler(dropped)), Error);
  EXPECT_EQ(console.fd(), -1);
  EXPECT_FALSE(console);
  console.shutdown();
  console.cancel();
  console.cancel_read();
  console.cancel_write();
}

TYPED_TEST(Close, ClosesTheDescriptor) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  EXPECT_TRUE(terminal.console);
  terminal.console.close();
  EXPECT_FALSE(is_open(fd));
  EXPECT_FALSE(terminal.console);
}

TYPED_TEST(Close, EverythingAfterwardsReportsClosed) {
  auto terminal = this->add_terminal();
  terminal.console.close();
  expect_all_closed(terminal.console);
}

TYPED_TEST(Close, ASecondOneReportsClosedAndSaysOfWhichConsole) {
  auto terminal = this->add_terminal();
  const std::string name = terminal.console.name();
  terminal.console.close();
  EXPECT_EQ(text_of_error([&] { terminal.console.close(); }),
            "close " + name + ": " + make_error_code(errc::closed).message());
}

TYPED_TEST(Close, EverythingOfAConsoleThatWasMovedAwayReportsClosed) {
  auto terminal = this->add_terminal();
  const auto moved = std::move(terminal.console);
  expect_all_closed(terminal.console);
}

TYPED_TEST(Close, EverythingOfAnEmptyHandleReportsClosed) {
  typename TestFixture::Console console;
  expect_all_closed(console);
  EXPECT_EQ(console.name(), "");
}

TYPED_TEST(Close, AMoveTakesTheConsoleAlong) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  auto moved = std::move(terminal.console);
  EXPECT_EQ(moved.fd(), fd);
  say(terminal.slave, "x");
  EXPECT_EQ(read_text(moved), "x");
}

TYPED_TEST(Close, AMoveLeavesPendingOperationsPending) {
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  auto moved = std::move(terminal.console);
  say(terminal.slave, "x");
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(read.text(), "x");
}

TYPED_TEST(Close, AnAssignmentClosesWhatWasThere) {
  auto one = this->add_terminal();
  auto other = this->add_terminal();
  const int doomed = one.console.fd();
  const int kept = other.console.fd();
  Outcome read;
  one.console.async_read(read.lent_handler());
  one.console = std::move(other.console);
  EXPECT_FALSE(is_open(doomed));
  EXPECT_EQ(one.console.fd(), kept);
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0; }));
  EXPECT_FALSE(read.error());
}

TYPED_TEST(Close, DroppingTheHandleClosesTheDescriptor) {
  int fd = -1;
  {
    const auto terminal = this->add_terminal();
    fd = terminal.console.fd();
    EXPECT_TRUE(is_open(fd));
  }
  EXPECT_FALSE(is_open(fd));
  std::error_code ec;
  this->poller.close_console(fd, ec);
  EXPECT_EQ(ec, errc::not_registered);
}

TYPED_TEST(Close, TheOtherSideSeesTheHangup) {
  auto terminal = this->add_terminal();
  terminal.console.close();
  EXPECT_EQ(read_to_end(terminal.slave.get()), "");
}

TYPED_TEST(Close, EndsABlockedRead) {
  auto terminal = this->add_terminal();
  const int fd = terminal.console.fd();
  InThread reader([&] {
    std::array<std::byte, 4> room{};
    return terminal.console.read(room);
  });
  reader.wait_until_asleep();
  terminal.console.close();
  EXPECT_EQ(reader.get(), 0U);
  EXPECT_FALSE(is_open(fd));
}

TYPED_TEST(Close, EndsABlockedWrite) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  InThread writer([&] {
    std::error_code ec;
    const std::size_t count = terminal.console.write(bytes(sent), ec);
    return std::pair(count, ec);
  });
  writer.wait_until_asleep();
  terminal.console.close();
  const auto [count, ec] = writer.get();
  EXPECT_EQ(ec, errc::shut_down);
  EXPECT_LT(count, sent.size());
}

TYPED_TEST(Close, EndsPendingAsynchronousOperations) {
  auto terminal = this->add_terminal();
  const std::string sent(more_than_fits, '.');
  Outcome read;
  Outcome written;
  terminal.console.async_read(read.lent_handler());
  terminal.console.async_write(bytes(sent), written.handler());
  this->serve_what_is_ready();
  terminal.console.close();
  EXPECT_EQ(read.calls() + written.calls(), 0) << "handlers run in wait(), never inside close()";
  EXPECT_TRUE(this->serve_until([&] { return read.calls() > 0 && written.calls() > 0; }));
  EXPECT_FALSE(read.error());
  EXPECT_EQ(written.error(), errc::shut_down);
}

TYPED_TEST(Close, WhileOthersReadAndWriteNeverTouchesTheNextOwnerOfTheNumber) {
  for (int round = 0; round < 100; ++round) {
    auto terminal = this->add_terminal();
    InThread reader([&] {
      std::error_code ec;
      std::array<std::byte, 64> room{};
      while (terminal.console.read(room, ec) > 0) {
      }
      return ec;
    });
    InThread writer([&] {
      std::error_code ec;
      while (!ec) terminal.console.write(bytes("0123456789"), ec);
      return ec;
    });
    say(terminal.slave, "abc");
    terminal.console.close();
    // A pipe that gets the number: whatever still reads or writes the number would show in it.
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const Fd from(ends[0]);
    Fd to(ends[1]);
    const std::error_code read_error = reader.get();
    EXPECT_TRUE(!read_error || read_error == errc::closed) << read_error.message();
    const std::error_code write_error = writer.get();
    EXPECT_TRUE(write_error == errc::shut_down || write_error == errc::closed);
    to.reset();
    EXPECT_EQ(read_to_end(from.get()), "");
  }
}

}  // namespace
}  // namespace conq::test
