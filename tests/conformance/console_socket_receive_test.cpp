// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "conq/task.hpp"
#include "tests/conformance/console_socket_fixture.hpp"
#include "tests/support/in_child.hpp"

namespace conq::test {
namespace {

using std::chrono::nanoseconds;

template <class On>
class ConsoleSocketReceive : public ConsoleSocketTest<On> {
 protected:
  using typename ConsoleSocketTest<On>::Socket;

  static Task<> receive_once(Socket& socket, conq::Console& received) {
    received = co_await socket.async_receive();
  }
  static Task<> receive_with_code(Socket& socket, std::error_code& ec) {
    const conq::Console none = co_await socket.async_receive(ec);
    EXPECT_FALSE(none);
  }
};
TYPED_TEST_SUITE(ConsoleSocketReceive, Backends, BackendNames);

TYPED_TEST(ConsoleSocketReceive, GivesTheMasterThatARuntimeSends) {
  auto socket = this->listen();
  Pty pty = raw_pty();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("/dev/ptmx", {pty.master.fd()}));
  peer.close();
  conq::Console received = socket.receive();
  EXPECT_EQ(received.name(), "/dev/ptmx");
  EXPECT_NE(received.fd(), pty.master.fd());
  EXPECT_TRUE(is_close_on_exec(received.fd()));
  pty.master.close();
  this->expect_master_of(std::move(received), pty.slave);
}

TYPED_TEST(ConsoleSocketReceive, WaitsForAPeerThatComesLaterAndStays) {
  auto socket = this->listen();
  Pty pty = raw_pty();
  InThread receiver([&] { return socket.receive(); });
  receiver.wait_until_asleep();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  this->expect_master_of(receiver.get(), pty.slave);
}

TYPED_TEST(ConsoleSocketReceive, WaitsForAMessageInPieces) {
  auto socket = this->listen();
  Pty pty = raw_pty();
  InThread receiver([&] { return socket.receive(); });
  ConsolePeer peer(socket.path());
  for (const char* piece : {"/dev", "/pts", "/", "1"}) {
    receiver.wait_until_asleep();
    EXPECT_TRUE(peer.send(piece));
  }
  receiver.wait_until_asleep();
  EXPECT_FALSE(receiver.returned());
  EXPECT_TRUE(peer.send("7", {pty.master.fd()}));
  conq::Console received = receiver.get();
  EXPECT_EQ(received.name(), "/dev/pts/17");
  this->expect_master_of(std::move(received), pty.slave);
}

TYPED_TEST(ConsoleSocketReceive, ReadsNothingBehindTheDescriptor) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("name", {pty.master.fd()}));
  EXPECT_TRUE(peer.send("more", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "name");
}

TYPED_TEST(ConsoleSocketReceive, TellsAHandlerInWait) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  Received received;
  socket.async_receive(received.handler());
  this->serve_what_is_ready();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_EQ(received.calls, 0);
  EXPECT_TRUE(this->serve_until([&] { return received.calls > 0; }));
  EXPECT_FALSE(received.error) << received.error.message();
  this->expect_master_of(std::move(received.console), pty.slave);
  this->serve_what_is_ready();
  EXPECT_EQ(received.calls, 1);
}

TYPED_TEST(ConsoleSocketReceive, TellsAHandlerOfTheErrorAndGivesItNoConsole) {
  auto socket = this->listen();
  Received received;
  socket.async_receive(received.handler());
  ConsolePeer(socket.path()).close();
  EXPECT_TRUE(this->serve_until([&] { return received.calls > 0; }));
  EXPECT_EQ(received.error, errc::no_descriptor);
  EXPECT_FALSE(received.console);
}

TYPED_TEST(ConsoleSocketReceive, TellsAHandlerOfAnotherThread) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  const Server server(this->poller);
  std::promise<std::string> name;
  socket.async_receive([&](std::error_code ec, const conq::Console& console) {
    name.set_value(ec ? ec.message() : console.name());
  });
  server.thread().wait_until_asleep();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  auto told = name.get_future();
  ASSERT_EQ(told.wait_for(deadline), std::future_status::ready);
  EXPECT_EQ(told.get(), "c");
}

TYPED_TEST(ConsoleSocketReceive, IsAwaited) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  conq::Console received;
  bool over = false;
  start(this->receive_once(socket, received), [&](const std::exception_ptr& thrown) {
    over = true;
    EXPECT_FALSE(thrown);
  });
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_TRUE(this->serve_until([&] { return over; }));
  this->expect_master_of(std::move(received), pty.slave);
}

TYPED_TEST(ConsoleSocketReceive, AnAwaitedOneThrowsOrSetsTheCode) {
  auto socket = this->listen();
  conq::Console received;
  std::string text;
  start(this->receive_once(socket, received), [&](const std::exception_ptr& thrown) {
    text = text_of_error([&] { std::rethrow_exception(thrown); });
  });
  const std::string path = socket.path();
  ConsolePeer(path).close();
  EXPECT_TRUE(this->serve_until([&] { return !text.empty(); }));
  EXPECT_EQ(text,
            "receive a console from console socket " + path + ": the peer has sent no descriptor");
  std::error_code ec;
  bool over = false;
  start(this->receive_with_code(socket, ec), [&](const std::exception_ptr&) { over = true; });
  EXPECT_TRUE(this->serve_until([&] { return over; }));
  EXPECT_EQ(ec, errc::closed);
}

TYPED_TEST(ConsoleSocketReceive, AnAbandonedOneLeavesTheConsoleToTheNext) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  {
    conq::Console never;
    auto task = this->receive_once(socket, never);
    struct Waits {
      struct promise_type {
        Waits get_return_object() {
          return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
      };
      std::coroutine_handle<promise_type> frame;
    };
    auto waits = [](Task<> awaited) -> Waits { co_await std::move(awaited); }(std::move(task));
    this->serve_what_is_ready();
    waits.frame.destroy();
  }
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "c");
}

TYPED_TEST(ConsoleSocketReceive, GivesTheConsoleOnce) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  InThread first([&] { return socket.receive(); });
  first.wait_until_asleep();
  InThread second([&] {
    std::error_code ec;
    socket.receive(ec);
    return ec;
  });
  second.wait_until_asleep();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_EQ(first.get().name(), "c") << "first come, first served";
  EXPECT_EQ(second.get(), errc::closed);
  Received late;
  socket.async_receive(late.handler());
  EXPECT_TRUE(this->serve_until([&] { return late.calls > 0; }));
  EXPECT_EQ(late.error, errc::closed);
  EXPECT_FALSE(late.console);
}

TYPED_TEST(ConsoleSocketReceive, OfOneThatNobodyTookIsClosed) {
  const Pty pty = raw_pty();
  const NoDescriptorLeak no_leak;
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
}

TYPED_TEST(ConsoleSocketReceive, EndsAtItsLimitAndLosesNothing) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  std::error_code ec;
  socket.receive_for(nanoseconds::zero(), ec);
  EXPECT_EQ(ec, errc::timed_out) << "nobody has come";
  ConsolePeer peer(socket.path());
  socket.receive_for(std::chrono::milliseconds(10), ec);
  EXPECT_EQ(ec, errc::timed_out) << "a peer that says nothing";
  EXPECT_TRUE(peer.send("in pie"));
  socket.receive_for(std::chrono::milliseconds(10), ec);
  EXPECT_EQ(ec, errc::timed_out) << "half a message";
  EXPECT_TRUE(peer.send("ces", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "in pieces");
}

TYPED_TEST(ConsoleSocketReceive, WithNoTimeFindsWhatIsThere) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_TRUE(socket.receive_for(nanoseconds::zero()));
}

TYPED_TEST(ConsoleSocketReceive, TheTextOfATimeOutSaysWhatWasTried) {
  auto socket = this->listen();
  EXPECT_EQ(text_of_error([&] { socket.receive_for(nanoseconds::zero()); }),
            "receive a console from console socket " + socket.path() + ": timed out");
}

TYPED_TEST(ConsoleSocketReceive, IsOnePendingAtATime) {
  auto socket = this->listen();
  Received first;
  Received second;
  socket.async_receive(first.handler());
  std::error_code ec;
  socket.async_receive(second.handler(), ec);
  EXPECT_EQ(ec, std::errc::operation_in_progress);
  socket.cancel();
  EXPECT_TRUE(this->serve_until([&] { return first.calls > 0; }));
  EXPECT_EQ(first.error, std::errc::operation_canceled);
  EXPECT_EQ(second.calls, 0);
}

TYPED_TEST(ConsoleSocketReceive, ThatWasCancelledMayBeStartedAgain) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  Received first;
  socket.async_receive(first.handler());
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("half"));
  this->serve_past_an_event();
  socket.cancel();
  EXPECT_TRUE(this->serve_until([&] { return first.calls > 0; }));
  EXPECT_EQ(first.error, std::errc::operation_canceled);
  Received second;
  socket.async_receive(second.handler());
  EXPECT_TRUE(peer.send("way", {pty.master.fd()}));
  EXPECT_TRUE(this->serve_until([&] { return second.calls > 0; }));
  EXPECT_EQ(second.console.name(), "halfway");
}

TYPED_TEST(ConsoleSocketReceive, CancelLeavesBlockedCallers) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  InThread receiver([&] { return socket.receive(); });
  receiver.wait_until_asleep();
  socket.cancel();
  receiver.wait_until_asleep();
  EXPECT_FALSE(receiver.returned());
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_EQ(receiver.get().name(), "c");
}

TYPED_TEST(ConsoleSocketReceive, ShutdownEndsAllOfThem) {
  auto socket = this->listen();
  const auto error = [&] {
    std::error_code ec;
    socket.receive(ec);
    return ec;
  };
  InThread blocked(error);
  blocked.wait_until_asleep();
  Received received;
  socket.async_receive(received.handler());
  socket.shutdown();
  EXPECT_EQ(blocked.get(), errc::shut_down);
  EXPECT_TRUE(this->serve_until([&] { return received.calls > 0; }));
  EXPECT_EQ(received.error, errc::shut_down);
  EXPECT_EQ(error(), errc::shut_down);
  socket.shutdown();
}

TYPED_TEST(ConsoleSocketReceive, ShutdownEndsItAlsoAfterAPeerHasCome) {
  auto socket = this->listen();
  ConsolePeer peer(socket.path());
  InThread blocked([&] {
    std::error_code ec;
    socket.receive(ec);
    return ec;
  });
  blocked.wait_until_asleep();
  socket.shutdown();
  EXPECT_EQ(blocked.get(), errc::shut_down);
}

TYPED_TEST(ConsoleSocketReceive, TheEndOfThePollerEndsIt) {
  auto socket = this->listen();
  Received received;
  socket.async_receive(received.handler());
  this->poller.close();
  this->poller.wait();
  EXPECT_EQ(received.calls, 1);
  EXPECT_EQ(received.error, errc::shut_down);
}

TYPED_TEST(ConsoleSocketReceive, DroppingTheSocketEndsIt) {
  Received received;
  {
    auto socket = this->listen();
    socket.async_receive(received.handler());
    const ConsolePeer peer(socket.path());
    this->serve_what_is_ready();
  }
  EXPECT_TRUE(this->serve_until([&] { return received.calls > 0; }));
  EXPECT_EQ(received.error, errc::shut_down);
}

TYPED_TEST(ConsoleSocketReceive, AHandlerMayDropTheSocket) {
  auto socket = std::make_unique<typename TestFixture::Socket>(this->listen());
  const Pty pty = raw_pty();
  bool called = false;
  socket->async_receive([&](std::error_code ec, conq::Console console) {
    EXPECT_FALSE(ec) << ec.message();
    socket.reset();
    called = true;
    this->expect_master_of(std::move(console), pty.slave);
  });
  ConsolePeer peer(socket->path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_TRUE(this->serve_until([&] { return called; }));
}

TYPED_TEST(ConsoleSocketReceive, InAForkedChildIsTheParents) {
  auto socket = this->listen();
  const Pty pty = raw_pty();
  in_child([&] {
    std::error_code ec;
    socket.receive(ec);
    EXPECT_EQ(ec, errc::forked);
    socket.async_receive([](std::error_code, const conq::Console&) {}, ec);
    EXPECT_EQ(ec, errc::forked);
    TestFixture::Socket::listen(this->poller, {}, ec);
    EXPECT_EQ(ec, errc::forked);
    socket.close(ec);
    EXPECT_EQ(ec, errc::forked);
    socket.cancel();
    socket.shutdown();
    socket = {};
  });
  ConsolePeer peer(socket.path());
  EXPECT_TRUE(peer.send("c", {pty.master.fd()}));
  EXPECT_EQ(this->receive(socket).name(), "c");
}

TYPED_TEST(ConsoleSocketReceive, OfNoneSaysClosed) {
  typename TestFixture::Socket none;
  EXPECT_EQ(this->error_of(none), errc::closed);
  std::error_code ec;
  none.async_receive([](std::error_code, const conq::Console&) {}, ec);
  EXPECT_EQ(ec, errc::closed);
  none.close(ec);
  EXPECT_EQ(ec, errc::closed);
  none.cancel();
  none.shutdown();
}

TYPED_TEST(ConsoleSocketReceive, RacingWithCancelGivesTheConsoleToJustOne) {
  const Server server(this->poller);
  for (int round = 0; round < 200; ++round) {
    auto socket = this->listen();
    const Pty pty = raw_pty();
    std::promise<std::error_code> told;
    socket.async_receive([&](std::error_code ec, const conq::Console& console) {
      EXPECT_EQ(static_cast<bool>(console), !ec);
      told.set_value(ec);
    });
    ConsolePeer peer(socket.path());
    ASSERT_TRUE(peer.send("c", {pty.master.fd()}));
    socket.cancel();
    auto outcome = told.get_future();
    ASSERT_EQ(outcome.wait_for(deadline), std::future_status::ready);
    std::error_code ec;
    const bool got = static_cast<bool>(socket.receive_for(deadline, ec));
    if (outcome.get()) {
      ASSERT_TRUE(got) << ec.message();
    } else {
      ASSERT_EQ(ec, errc::closed);
    }
  }
}

}  // namespace
}  // namespace conq::test
