// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/resource.h>

#include <algorithm>

#include "tests/support/in_child.hpp"
#include "tests/support/poller_test.hpp"
#include "tests/support/shell.hpp"

namespace conq::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

template <class On>
class NativeHandle : public PollerTest<On> {
 protected:
  void SetUp() override {
    std::error_code ec;
    this->poller.native_handle(ec);
    // libkqueue, whose queues are none of the kernel's.
    if (ec == std::errc::operation_not_supported) GTEST_SKIP() << "a queue that cannot be nested";
  }

  /// What a foreign event loop does, until `holds`.
  template <class Predicate>
  bool loop_until(Predicate holds) {
    while (!holds()) {
      if (!wait_readable(this->poller.native_handle())) return false;
      this->poller.wait_for(nanoseconds::zero());
    }
    return true;
  }
  bool has_something_to_do() {
    return wait_readable(this->poller.native_handle(), milliseconds(0));
  }
  /// As many turns as it takes until there is nothing to do; a queue that never rests is a fault.
  bool comes_to_rest() {
    for (int turn = 0; turn < 20; ++turn) {
      if (!has_something_to_do()) return true;
      this->poller.wait_for(nanoseconds::zero());
    }
    return false;
  }
};
TYPED_TEST_SUITE(NativeHandle, Backends, BackendNames);

TYPED_TEST(NativeHandle, IsOneDescriptorOfThePollersCloseOnExec) {
  const int handle = this->poller.native_handle();
  EXPECT_GE(handle, 0);
  EXPECT_EQ(this->poller.native_handle(), handle);
  EXPECT_TRUE(is_close_on_exec(handle));
  std::error_code ec = errc::closed;
  EXPECT_EQ(this->poller.native_handle(ec), handle);
  EXPECT_FALSE(ec);
}

TYPED_TEST(NativeHandle, IsClosedWithThePoller) {
  int handle = -1;
  {
    const typename TestFixture::Poller short_lived;
    handle = short_lived.native_handle();
    EXPECT_TRUE(is_open(handle));
  }
  EXPECT_FALSE(is_open(handle));
}

TYPED_TEST(NativeHandle, IsNotReadableWhileNothingIsToBeDone) {
  EXPECT_TRUE(this->comes_to_rest());
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  EXPECT_TRUE(this->comes_to_rest());
  EXPECT_EQ(read.calls(), 0);
}

TYPED_TEST(NativeHandle, IsReadableWhenAPendingReadCanBeCompleted) {
  auto terminal = this->add_terminal();
  for (int round = 0; round < 20; ++round) {
    Outcome read;
    terminal.console.async_read(read.lent_handler());
    ASSERT_TRUE(this->comes_to_rest());
    say(terminal.slave, "x");
    ASSERT_TRUE(this->loop_until([&] { return read.calls() > 0; }));
    ASSERT_EQ(read.text(), "x");
    ASSERT_TRUE(this->comes_to_rest());
  }
}

TYPED_TEST(NativeHandle, IsReadableWhenAPendingWriteCanGoOn) {
  auto terminal = this->add_terminal();
  const std::string sent = numbered(more_than_fits);
  Outcome written;
  terminal.console.async_write(bytes(sent), written.handler());
  ASSERT_TRUE(this->comes_to_rest());
  InThread reader([&] { return hear(terminal.slave, sent.size()); });
  EXPECT_TRUE(this->loop_until([&] { return written.calls() > 0; }));
  expect_same(reader.get(), sent);
}

TYPED_TEST(NativeHandle, TellsOfAnOperationStartedOutsideWaitThatCanBeCompletedAtOnce) {
  auto terminal = this->add_terminal();
  EXPECT_TRUE(this->comes_to_rest());
  say(terminal.slave, "ab");
  // The event is fetched by a turn before the read is started.
  ASSERT_TRUE(wait_readable(terminal.console.fd()));
  EXPECT_TRUE(this->comes_to_rest());
  std::array<std::byte, 1> room{};
  Outcome read;
  terminal.console.async_read(room, read.handler());
  EXPECT_TRUE(this->loop_until([&] { return read.calls() > 0; }));
  EXPECT_EQ(text(room), "a");
  EXPECT_TRUE(this->comes_to_rest());
  // Now there is no event at all: the rest of what came.
  Outcome rest;
  terminal.console.async_read(rest.lent_handler());
  EXPECT_TRUE(this->loop_until([&] { return rest.calls() > 0; }));
  EXPECT_EQ(rest.text(), "b");
  EXPECT_TRUE(this->comes_to_rest());
}

TYPED_TEST(NativeHandle, TellsOfAWriteStartedOutsideWait) {
  auto terminal = this->add_terminal();
  EXPECT_TRUE(this->comes_to_rest());
  Outcome written;
  terminal.console.async_write(bytes("x"), written.handler());
  EXPECT_TRUE(this->loop_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(hear(terminal.slave, 1), "x");
}

TYPED_TEST(NativeHandle, TellsOfOperationsStartedBeforeItWasMade) {
  typename TestFixture::Poller fresh;
  auto terminal = test::add_terminal(fresh, {});
  // The events of its registration are gone by then.
  fresh.wait_for(nanoseconds::zero());
  Outcome written;
  terminal.console.async_write(bytes("x"), written.handler());
  EXPECT_TRUE(wait_readable(fresh.native_handle()));
  fresh.wait_for(nanoseconds::zero());
  EXPECT_EQ(written.calls(), 1);
}

TYPED_TEST(NativeHandle, TellsOfMoreThanATurnFetches) {
  std::vector<typename TestFixture::Terminal> terminals;
  std::vector<Outcome> reads(100);
  for (Outcome& read : reads) {
    terminals.push_back(this->add_terminal());
    terminals.back().console.async_read(read.lent_handler());
  }
  EXPECT_TRUE(this->comes_to_rest());
  for (auto& terminal : terminals) say(terminal.slave, "x");
  EXPECT_TRUE(this->loop_until([&] {
    return std::all_of(reads.begin(), reads.end(), [](Outcome& read) { return read.calls() > 0; });
  }));
}

TYPED_TEST(NativeHandle, TellsOfOperationsStartedInHandlersToo) {
  auto terminal = this->add_terminal();
  std::string got;
  std::array<std::byte, 1> room{};
  std::function<void()> next = [&] {
    terminal.console.async_read(room, [&](std::error_code, std::size_t) {
      got += text(room);
      if (got.size() < 100) next();
    });
  };
  next();
  const std::string sent = numbered(100);
  say(terminal.slave, sent);
  EXPECT_TRUE(this->loop_until([&] { return got.size() == sent.size(); }));
  EXPECT_EQ(got, sent);
  EXPECT_TRUE(this->comes_to_rest());
}

TYPED_TEST(NativeHandle, TellsOfACancelAShutdownAndAClose) {
  const std::string much(more_than_fits, '.');
  auto terminal = this->add_terminal();
  Outcome cancelled;
  terminal.console.async_read(cancelled.lent_handler());
  EXPECT_TRUE(this->comes_to_rest());
  terminal.console.cancel();
  EXPECT_TRUE(this->loop_until([&] { return cancelled.calls() > 0; }));

  Outcome written;
  terminal.console.async_write(bytes(much), written.handler());
  EXPECT_TRUE(this->comes_to_rest());
  terminal.console.shutdown();
  EXPECT_TRUE(this->loop_until([&] { return written.calls() > 0; }));
  EXPECT_EQ(written.error(), errc::shut_down);

  auto other = this->add_terminal();
  Outcome ended;
  other.console.async_read(ended.lent_handler());
  EXPECT_TRUE(this->comes_to_rest());
  other.console.close();
  EXPECT_TRUE(this->loop_until([&] { return ended.calls() > 0; }));
  EXPECT_TRUE(this->comes_to_rest());
}

TYPED_TEST(NativeHandle, TellsOfTheCloseOfThePoller) {
  auto terminal = this->add_terminal();
  Outcome ended;
  terminal.console.async_read(ended.lent_handler());
  EXPECT_TRUE(this->comes_to_rest());
  this->poller.close();
  EXPECT_TRUE(this->loop_until([&] { return ended.calls() > 0; }));
}

TYPED_TEST(NativeHandle, TellsNothingOfAConsoleThatIsShutDown) {
  auto terminal = this->add_terminal();
  const std::string much(more_than_fits, '.');
  Outcome written;
  terminal.console.async_write(bytes(much), written.handler());
  EXPECT_TRUE(this->comes_to_rest());
  terminal.console.shutdown();
  EXPECT_TRUE(this->loop_until([&] { return written.calls() > 0; }));
  EXPECT_TRUE(this->comes_to_rest());
  // Both would be events: what can be read, and the room that the other side makes.
  say(terminal.slave, "x");
  EXPECT_TRUE(wait_readable(terminal.console.fd()));
  EXPECT_FALSE(this->has_something_to_do());
  hear(terminal.slave, written.count());
  EXPECT_FALSE(this->has_something_to_do());
}

TYPED_TEST(NativeHandle, TellsAlsoAfterMoreWakesThanAPipeHasRoomFor) {
  auto terminal = this->add_terminal();
  for (int wakes = 0; wakes < 70000; ++wakes) {
    Outcome read;
    terminal.console.async_read(std::span<std::byte>(), read.handler());
    this->poller.wait_for(nanoseconds::zero());
    ASSERT_EQ(read.calls(), 1);
  }
  Outcome last;
  terminal.console.async_read(std::span<std::byte>(), last.handler());
  EXPECT_TRUE(this->loop_until([&] { return last.calls() > 0; }));
}

TYPED_TEST(NativeHandle, ComesToRestOnAHungUpConsole) {
  if (!kernel_traits().hangup_makes_event) GTEST_SKIP() << "a hangup makes no event";
  auto terminal = this->add_terminal();
  Outcome read;
  terminal.console.async_read(read.lent_handler());
  EXPECT_TRUE(this->comes_to_rest());
  for (int round = 0; round < 10; ++round) {
    terminal.hang_up();
    EXPECT_TRUE(wait_readable(this->poller.native_handle()));
    ASSERT_TRUE(this->comes_to_rest());
    terminal.reopen();
    ASSERT_TRUE(this->comes_to_rest());
    // On Linux the next bytes clear the state; without them the next hangup would be no news.
    say(terminal.slave, "x");
    ASSERT_TRUE(this->loop_until([&] { return read.calls() == 1; }));
    ASSERT_TRUE(this->comes_to_rest());
    read = Outcome();
    terminal.console.async_read(read.lent_handler());
    ASSERT_TRUE(this->comes_to_rest());
  }
}

TYPED_TEST(NativeHandle, TellsOfTheExitOfAProcess) {
  auto process = TestFixture::Process::spawn(this->poller, shell("exit 3"));
  Outcome read;
  process.console().async_read(read.lent_handler());
  int code = -1;
  process.async_wait([&](std::error_code, ExitStatus status) { code = status.code; });
  EXPECT_TRUE(this->loop_until([&] { return code >= 0 && read.calls() > 0; }));
  EXPECT_EQ(code, 3);
}

TYPED_TEST(NativeHandle, ReportsTheDescriptorLimit) {
  in_child([&] {
    typename TestFixture::Poller short_lived;
    const auto open = open_descriptors();
    const rlimit none{static_cast<rlim_t>(open.back()) + 1, 20000};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    // Every number below the limit is taken.
    std::vector<Fd> taken;
    for (;;) {
      Fd fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      if (!fd) break;
      taken.push_back(std::move(fd));
    }
    std::error_code ec;
    EXPECT_EQ(short_lived.native_handle(ec), -1);
    EXPECT_EQ(ec, std::errc::too_many_files_open);
    EXPECT_THROW(short_lived.native_handle(), Error);
    taken.clear();
    EXPECT_GE(short_lived.native_handle(), 0) << "asked again when there is room";
  });
}

}  // namespace
}  // namespace conq::test
