// SPDX-License-Identifier: Apache-2.0
// EV_EOF treated as an error, the bytes that are buffered lost (netius 79).
//
// Caught: an end or an error at an event that says both "bytes" and "hung up".
#include <sys/socket.h>
#include <unistd.h>

#include "tests/museum/museum_test.hpp"

namespace conq::test {
namespace {

/// Every kernel keeps as many bytes for a pipe or a socket that nobody reads.
constexpr std::size_t fits_a_stream = 5000;

template <class On>
class Museum10 : public PollerTest<On> {
 protected:
  /// What is there is read to its last byte, and then there is an end without an error.
  template <class Channel>
  void expect_drained(Channel& channel, std::string_view sent) {
    // Bytes and end are in one event, which is looked at before anything is read.
    this->serve_past_an_event();
    const ReadByHandlers reading(channel);
    ASSERT_TRUE(this->serve_until([&] { return reading.ended(); }));
    EXPECT_FALSE(reading.error()) << reading.error().message();
    expect_same(reading.text(), sent);
  }
};
TYPED_TEST_SUITE(Museum10, Backends, BackendNames);

TYPED_TEST(Museum10, AConsoleIsDrainedFirst) {
  const std::string sent = numbered(fits_everywhere);
  auto terminal = this->add_terminal(Hangup::end);
  say(terminal.slave, sent);
  terminal.hang_up();
  this->expect_drained(terminal.console, sent);
}

TYPED_TEST(Museum10, ASocketIsDrainedFirst) {
  const std::string sent = numbered(fits_a_stream);
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  auto stream = this->poller.add(Fd(ends[0]));
  {
    const Fd peer(ends[1]);
    say(peer, sent);
  }
  this->expect_drained(stream, sent);
}

TYPED_TEST(Museum10, APipeIsDrainedFirst) {
  const std::string sent = numbered(fits_a_stream);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  auto stream = this->poller.add(Fd(ends[0]));
  {
    const Fd peer(ends[1]);
    say(peer, sent);
  }
  this->expect_drained(stream, sent);
}

}  // namespace
}  // namespace conq::test
