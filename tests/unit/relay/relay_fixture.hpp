// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include "conq/pty.hpp"
#include "tests/support/backends.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/read_until.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {

/// A channel of the poller, and its other side for the test; that one is non-blocking.
template <class Channel>
struct Linked {
  Channel channel;
  Fd peer;
};

/// A poller, what a relay can be put between, and both ends' other sides moved by the test itself:
/// all in one thread, so that a relay that waits for something shows as a test that gets no
/// further.
template <class OnBackend>
class RelayTest : public testing::Test {
 protected:
  using Poller = typename OnBackend::Poller;
  using Stream = typename OnBackend::Stream;
  using Console = typename OnBackend::Console;
  using Relay = typename OnBackend::Relay;

  Linked<Stream> socket() {
    auto [ours, peer] = ends([](int* fds) { return ::socketpair(AF_UNIX, SOCK_STREAM, 0, fds); });
    return {poller.add(std::move(ours)), std::move(peer)};
  }
  /// A pipe that the poller reads.
  Linked<Stream> source() {
    auto [ours, peer] = ends([](int* fds) { return ::pipe(fds); });
    return {poller.add(std::move(ours)), std::move(peer)};
  }
  /// A pipe that the poller writes.
  Linked<Stream> sink() {
    auto [peer, ours] = ends([](int* fds) { return ::pipe(fds); });
    return {poller.add(std::move(ours)), std::move(peer)};
  }
  /// The master of a pty on the poller; the slave is as the kernel makes it: whole lines, echo.
  Linked<Console> console(AddOptions options = {}) {
    Pty pty = open_pty();
    set_non_blocking(pty.slave);
    return {poller.add(std::move(pty.master), options), std::move(pty.slave)};
  }
  Linked<Console> raw_console(AddOptions options = {}) {
    Pty pty = raw_pty();
    set_non_blocking(pty.slave);
    return {poller.add(std::move(pty.master), options), std::move(pty.slave)};
  }
  template <class Change>
  static void change(const Fd& terminal, Change change) {
    termios settings{};
    ASSERT_EQ(::tcgetattr(terminal.get(), &settings), 0);
    change(settings);
    ASSERT_EQ(::tcsetattr(terminal.get(), TCSANOW, &settings), 0);
  }

  /// Serves the poller until `reached` is true.
  template <class Reached>
  void serve_until(Reached reached) {
    ASSERT_TRUE(test::serve_until(poller, reached)) << "not reached before the deadline";
  }
  /// Serves the poller until there is nothing left to do.
  void serve_all() {
    while (poller.wait_for(std::chrono::nanoseconds::zero()) > 0) {
    }
  }

  /// Serves until a test's side is ready or something was served; false at the deadline.
  bool serve_until_ready(const Fd& peer, short events) {
    pollfd waited{peer.get(), events, 0};
    const bool came = test::eventually([&] {
      return poller.wait_for(std::chrono::nanoseconds::zero()) > 0 || ::poll(&waited, 1, 0) > 0;
    });
    EXPECT_TRUE(came) << "not ready before the deadline";
    serve_all();
    return came;
  }

  /// Writes all of `text` to a test's side.
  void send(const Fd& peer, std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(peer.get(), text.data(), text.size());
      ASSERT_TRUE(count > 0 || errno == EAGAIN) << std::system_category().message(errno);
      if (count > 0) {
        text.remove_prefix(static_cast<std::size_t>(count));
      } else {
        ASSERT_TRUE(serve_until_ready(peer, POLLOUT));
      }
    }
    serve_all();
  }
  /// Writes what a test's side takes until it and the relay take no more; returns how much that
  /// was.
  std::size_t send_until_full(const Fd& peer, char fill = 'x') {
    const std::string text(4096, fill);
    std::size_t sent = 0;
    for (;;) {
      const ssize_t count = ::write(peer.get(), text.data(), text.size());
      if (count > 0) {
        sent += static_cast<std::size_t>(count);
      } else if (poller.wait_for(std::chrono::nanoseconds::zero()) == 0) {
        return sent;
      }
    }
  }
  /// Reads `count` bytes from a test's side; fewer at its end.
  std::string receive(const Fd& peer, std::size_t count) {
    std::string text;
    while (take(peer, text, count - text.size()) && text.size() < count) {
      if (!serve_until_ready(peer, POLLIN)) break;
    }
    return text;
  }
  std::string receive_to_end(const Fd& peer) { return receive(peer, std::string::npos); }
  /// What has arrived at a test's side by now.
  std::string receive_available(const Fd& peer) {
    serve_all();
    return read_available(peer.get());
  }

  /// The handler of a relay; what it is told is kept here.
  auto done() {
    return [this](const RelayResult& result) {
      ++done_calls;
      told = result;
    };
  }
  /// Serves until the relay has ended.
  const RelayResult& serve_to_end() {
    serve_until([this] { return done_calls > 0; });
    return told;
  }

  int done_calls = 0;
  RelayResult told;
  Poller poller;  // the last: handlers that it calls when it goes find the others

 private:
  /// False at the end.
  static bool take(const Fd& peer, std::string& text, std::size_t limit) {
    std::array<char, 65536> buffer;  // NOLINT(*-member-init): filled by the kernel
    const ssize_t count = ::read(peer.get(), buffer.data(), std::min(buffer.size(), limit));
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EAGAIN);
  }
  static void set_non_blocking(const Fd& fd) {
    ASSERT_EQ(::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK), 0);
  }
  template <class Make>
  std::pair<Fd, Fd> ends(Make make) {
    std::array<int, 2> fds{-1, -1};
    EXPECT_EQ(make(fds.data()), 0);
    std::pair<Fd, Fd> made{Fd(fds[0]), Fd(fds[1])};
    set_non_blocking(made.first);
    set_non_blocking(made.second);
    return made;
  }
};

}  // namespace conq::test
