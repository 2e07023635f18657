// SPDX-License-Identifier: Apache-2.0
// What the receiving side is told at the end of the source.

#include "tests/unit/relay/relay_fixture.hpp"

namespace conq::test {
namespace {

constexpr char ctrl_d = 4;
constexpr char ctrl_e = 5;

template <class OnBackend>
class RelayFinish : public RelayTest<OnBackend> {
 protected:
  using typename RelayTest<OnBackend>::Relay;

  static RelayOptions forward_finish(Finish finish) {
    RelayOptions options;
    options.forward_finish = finish;
    return options;
  }

  /// Sends `text` to a console and ends its source.
  template <class Console>
  Relay type_and_end(Console& console, std::string_view text, Finish finish = Finish::type_eof) {
    source_ = this->source();
    sink_ = this->sink();
    Relay relay = Relay::start({source_.channel, sink_.channel}, console.channel,
                               forward_finish(finish), this->done());
    this->send(source_.peer, text);
    source_.peer.reset();
    this->serve_all();
    return relay;
  }

  /// One read of a console's other side, which must have something to say: text, or "" at its end.
  static std::string read_once(const Fd& slave) {
    EXPECT_TRUE(wait_readable(slave.get()));
    std::array<char, 256> buffer{};
    const ssize_t count = ::read(slave.get(), buffer.data(), buffer.size());
    EXPECT_GE(count, 0) << std::system_category().message(errno);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
  static bool has_more(const Fd& slave) {
    return wait_readable(slave.get(), std::chrono::milliseconds::zero());
  }

  Linked<typename OnBackend::Stream> source_;
  Linked<typename OnBackend::Stream> sink_;
};
TYPED_TEST_SUITE(RelayFinish, Backends, BackendNames);

TYPED_TEST(RelayFinish, TypesTheEndOfFileAfterAWholeLine) {
  auto console = this->console();
  const auto relay = this->type_and_end(console, "line\n");
  EXPECT_EQ(this->read_once(console.peer), "line\n");
  EXPECT_EQ(this->read_once(console.peer), "");
  EXPECT_FALSE(this->has_more(console.peer)) << "only one end is typed";
}

TYPED_TEST(RelayFinish, TypesItTwiceAfterAnUnfinishedLine) {
  auto console = this->console();
  const auto relay = this->type_and_end(console, "line\nhalf");
  EXPECT_EQ(this->read_once(console.peer), "line\n");
  EXPECT_EQ(this->read_once(console.peer), "half");
  EXPECT_EQ(this->read_once(console.peer), "");
  EXPECT_FALSE(this->has_more(console.peer));
}

TYPED_TEST(RelayFinish, TakesAReturnForTheEndOfALineWhereTheConsoleDoes) {
  auto console = this->console();
  const auto relay = this->type_and_end(console, "line\r");
  EXPECT_EQ(this->read_once(console.peer), "line\n");
  EXPECT_EQ(this->read_once(console.peer), "");
  EXPECT_FALSE(this->has_more(console.peer));
}

TYPED_TEST(RelayFinish, TypesItOnceForASourceWithoutAnyByte) {
  auto console = this->console();
  const auto relay = this->type_and_end(console, "");
  EXPECT_EQ(this->read_once(console.peer), "");
  EXPECT_FALSE(this->has_more(console.peer));
}

TYPED_TEST(RelayFinish, TypesTheKeyThatTheConsoleHasForIt) {
  auto console = this->console();
  this->change(console.peer, [](termios& settings) { settings.c_cc[VEOF] = ctrl_e; });
  const auto relay = this->type_and_end(console, "line\n");
  EXPECT_EQ(this->read_once(console.peer), "line\n");
  EXPECT_EQ(this->read_once(console.peer), "");
}

TYPED_TEST(RelayFinish, TypesNothingWhereTheKeyIsDisabled) {
  auto console = this->raw_console();
  this->change(console.peer,
               [](termios& settings) { settings.c_cc[VEOF] = cc_t{_POSIX_VDISABLE}; });
  const auto relay = this->type_and_end(console, "half");
  EXPECT_EQ(this->read_once(console.peer), "half");
  EXPECT_FALSE(this->has_more(console.peer));
}

TYPED_TEST(RelayFinish, TypesOneKeyIntoAConsoleInCharacterMode) {
  auto console = this->raw_console();
  this->change(console.peer, [](termios& settings) { settings.c_cc[VEOF] = ctrl_d; });
  const auto relay = this->type_and_end(console, "half");
  EXPECT_EQ(this->receive(console.peer, 5), std::string("half") + ctrl_d);
  EXPECT_EQ(this->receive_available(console.peer), "");
}

// A shell with line editing is in line mode while it starts, and in character mode at its prompt.
TYPED_TEST(RelayFinish, TypesItAgainOnceTheProgramHasChangedTheMode) {
  auto console = this->console();
  const auto relay = this->type_and_end(console, "line\n");
  EXPECT_EQ(this->receive(this->sink_.peer, 6), "line\r\n") << "the echo: the kernel has the line";
  this->change(console.peer,
               [](termios& settings) { settings.c_lflag &= ~tcflag_t{ICANON | ECHO}; });
  this->send(console.peer, "prompt");
  // The first key, which Linux has made a NUL if it came before the change, and the second.
  const std::string typed = this->receive(console.peer, 7);
  EXPECT_EQ(typed.substr(0, 5), "line\n");
  EXPECT_EQ(typed.back(), ctrl_d);
  // As that may have come late, while the program was in line mode for a command.
  this->send(console.peer, " again");
  EXPECT_EQ(this->receive(console.peer, 1), std::string(1, ctrl_d));
  this->send(console.peer, " more in this mode");
  EXPECT_EQ(this->receive(this->sink_.peer, 30), "prompt again more in this mode");
  EXPECT_FALSE(this->has_more(console.peer));

  this->change(console.peer, [](termios& settings) { settings.c_lflag |= ICANON; });
  this->send(console.peer, "in line mode");
  EXPECT_EQ(this->receive(this->sink_.peer, 12), "in line mode");
  EXPECT_EQ(this->read_once(console.peer), "");
}

TYPED_TEST(RelayFinish, AnErrorOfTheSourceIsItsEndTooAndIsTold) {
  auto not_readable = this->sink();
  auto console = this->console();
  RelayOptions options = this->forward_finish(Finish::type_eof);
  options.backward = false;
  const auto relay =
      TestFixture::Relay::start(not_readable.channel, console.channel, options, this->done());
  EXPECT_EQ(this->serve_to_end().forward_error, std::errc::bad_file_descriptor);
  EXPECT_EQ(this->read_once(console.peer), "");
}

TYPED_TEST(RelayFinish, NothingIsNothing) {
  auto console = this->console();
  const auto relay = this->type_and_end(console, "line\n", Finish::nothing);
  EXPECT_EQ(this->read_once(console.peer), "line\n");
  EXPECT_FALSE(this->has_more(console.peer));
}

TYPED_TEST(RelayFinish, CloseWriteEndsASocketOneWay) {
  auto a = this->socket();
  auto b = this->socket();
  const auto relay = TestFixture::Relay::start(
      a.channel, b.channel, this->forward_finish(Finish::close_write), this->done());
  this->send(a.peer, "question");
  ASSERT_EQ(::shutdown(a.peer.get(), SHUT_WR), 0);
  EXPECT_EQ(this->receive_to_end(b.peer), "question");
  this->send(b.peer, "answer");
  EXPECT_EQ(this->receive(a.peer, 6), "answer");
}

TYPED_TEST(RelayFinish, BackwardHasItsOwn) {
  auto a = this->socket();
  auto b = this->socket();
  RelayOptions options;
  options.backward_finish = Finish::close_write;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  this->send(b.peer, "the end");
  b.peer.reset();
  EXPECT_EQ(this->receive_to_end(a.peer), "the end");
}

TYPED_TEST(RelayFinish, WhatIsOfAnotherKindIsLeftAlone) {
  auto console = this->console();
  const auto typing = this->type_and_end(console, "line\n", Finish::close_write);
  EXPECT_EQ(this->read_once(console.peer), "line\n");
  EXPECT_FALSE(this->has_more(console.peer));

  auto a = this->source();
  auto b = this->sink();
  RelayOptions options = this->forward_finish(Finish::type_eof);
  options.backward = false;
  const auto relay = TestFixture::Relay::start(a.channel, b.channel, options, this->done());
  this->send(a.peer, "half");
  a.peer.reset();
  EXPECT_FALSE(this->serve_to_end().forward_error);
  EXPECT_EQ(this->receive_available(b.peer), "half");
}

TYPED_TEST(RelayFinish, AStopIsNoEndOfTheSource) {
  auto console = this->console();
  auto a = this->socket();
  auto relay = TestFixture::Relay::start(a.channel, console.channel,
                                         this->forward_finish(Finish::type_eof), this->done());
  this->send(a.peer, "line\n");
  this->serve_all();
  relay.stop();
  this->serve_to_end();
  EXPECT_EQ(this->read_once(console.peer), "line\n");
  EXPECT_FALSE(this->has_more(console.peer));
}

TYPED_TEST(RelayFinish, AKeyThatFindsNoRoomDoesNotHoldUpAStop) {
  auto console = this->raw_console();
  this->change(console.peer, [](termios& settings) { settings.c_cc[VEOF] = ctrl_d; });
  if (::tcflow(console.channel.fd(), TCOOFF) != 0 || ::write(console.channel.fd(), "x", 1) == 1) {
    GTEST_SKIP() << "this kernel does not hold up what is written to a master";
  }
  auto relay = this->type_and_end(console, "");
  relay.stop();
  this->serve_to_end();
  ASSERT_EQ(::tcflow(console.channel.fd(), TCOON), 0);
  EXPECT_EQ(this->receive_available(console.peer), "");
}

}  // namespace
}  // namespace conq::test
