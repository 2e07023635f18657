// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "conq/console_socket.hpp"
#include "tests/support/console_peer.hpp"
#include "tests/support/descriptors.hpp"
#include "tests/support/poller_test.hpp"

namespace conq::test {

/// What an async_receive was told.
struct Received {
  int calls = 0;
  std::error_code error;
  conq::Console console;

  auto handler() {
    return [this](std::error_code ec, conq::Console received) {
      ++calls;
      error = ec;
      console = std::move(received);
    };
  }
};

template <class On>
class ConsoleSocketTest : public PollerTest<On> {
 protected:
  using Socket = typename On::ConsoleSocket;
  using PolledConsole = typename On::Console;

  Socket listen() { return Socket::listen(this->poller); }
  static conq::Console receive(Socket& socket) { return socket.receive_for(deadline); }
  static std::error_code error_of(Socket& socket) {
    std::error_code ec;
    const conq::Console none = socket.receive_for(deadline, ec);
    EXPECT_FALSE(none);
    return ec;
  }
  /// What is told to whoever receives after `hostile` did its worst.
  template <class Hostile>
  std::error_code told_after(Hostile hostile) {
    const NoDescriptorLeak no_leak;
    Socket socket = listen();
    ConsolePeer peer(socket.path());
    EXPECT_EQ(peer.error(), 0);
    hostile(peer);
    const std::error_code ec = error_of(socket);
    EXPECT_EQ(error_of(socket), errc::closed) << "it has had its one outcome";
    return ec;
  }

  /// That `received` is the other end of `slave`.
  void expect_master_of(conq::Console received, const Fd& slave) {
    PolledConsole console = this->poller.add(std::move(received));
    say(slave, "from the slave");
    EXPECT_EQ(read_exactly(console, 14), "from the slave");
    console.write(bytes("to the slave"));
    EXPECT_EQ(hear(slave, 12), "to the slave");
  }
};

}  // namespace conq::test
