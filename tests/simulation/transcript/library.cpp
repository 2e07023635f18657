// SPDX-License-Identifier: Apache-2.0
// What the library makes of the kernel: its own calls, each at a state that both kernels come to.

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conq/epoller.hpp"
#include "conq/process.hpp"
#include "conq/relay.hpp"
#include "tests/simulation/transcript/chapters.hpp"
#include "tests/simulation/transcript/end.hpp"
#include "tests/simulation/transcript/say.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/outcome.hpp"
#include "tests/support/terminal.hpp"

namespace conq::transcript {
namespace {

std::string result(std::error_code error, const std::string& value) {
  return error ? error.message() + ", " + value : value;
}

/// A master on a poller, and its slave.
struct Polled {
  explicit Polled(Hangup hangup) : ends(open_terminal(Mode::raw)) {
    console = poller.add(Console::from_fd(std::move(ends.master.owner())), {hangup});
  }

  void read() {
    std::string text(100, '\0');
    std::error_code error;
    text.resize(console.read(std::as_writable_bytes(std::span(text)), error));
    say("read", result(error, quoted(text)));
  }
  void read_for_no_time() {
    std::string text(100, '\0');
    std::error_code error;
    text.resize(console.read_for(std::as_writable_bytes(std::span(text)),
                                 std::chrono::nanoseconds(0), error));
    say("read_for", result(error, quoted(text)));
  }
  void write(std::string_view text) {
    std::error_code error;
    const std::size_t count = console.write(test::bytes(text), error);
    say("write " + quoted(text), result(error, std::to_string(count)));
  }
  void start_read(test::Outcome& told) {
    std::error_code error;
    console.async_read(told.lent_handler(), error);
    say("async_read", error ? error.message() : "started");
  }
  void start_write(std::string_view text, test::Outcome& told) {
    std::error_code error;
    console.async_write(test::bytes(text), told.handler(), error);
    say("async_write of " + std::to_string(text.size()), error ? error.message() : "started");
  }
  void served(const std::string& what, const test::Outcome& told, bool with_count = true) {
    test::serve_until(poller, [&] { return told.calls() > 0; });
    std::string value = quoted(told.text());
    if (told.text().empty()) value = with_count ? std::to_string(told.count()) : "in part";
    say(what, result(told.error(), value) + ", told " + std::to_string(told.calls()) + " times");
  }
  void close() {
    std::error_code error;
    console.close(error);
    say("close", error ? error.message() : "done");
  }

  Terminal ends;
  Epoller poller;
  EpollConsole console;
};

}  // namespace

void library_reads() {
  chapter("reads");
  Polled polled(Hangup::wait);
  polled.read_for_no_time();
  polled.ends.slave.write("blocking");
  polled.read();
  test::Outcome first;
  test::Outcome second;
  polled.start_read(first);
  polled.start_read(second);
  say("a turn", std::to_string(polled.poller.wait_for(std::chrono::nanoseconds(0))));
  polled.ends.slave.write("handled");
  polled.served("the first is told", first);
  say("the second is told", std::to_string(second.calls()) + " times");
  test::Outcome cancelled;
  polled.start_read(cancelled);
  polled.console.cancel();
  polled.served("once it is cancelled", cancelled);
  polled.ends.slave.write("kept");
  polled.read();
  test::Outcome last;
  polled.start_read(last);
  polled.console.shutdown();
  polled.served("once it is shut down", last);
  polled.read();
  polled.write("x");
  polled.close();
  polled.close();
}

void library_writes() {
  chapter("writes");
  Polled polled(Hangup::wait);
  polled.write("typed");
  polled.ends.slave.hear(5);
  const std::string large(100000, 'a');
  test::Outcome all;
  polled.start_write(large, all);
  std::size_t read = 0;
  std::string piece(4096, '\0');
  test::serve_until(polled.poller, [&] {
    ssize_t count = 0;
    while ((count = ::read(polled.ends.slave.fd(), piece.data(), piece.size())) > 0) {
      read += static_cast<std::size_t>(count);
    }
    return read == large.size() && all.calls() > 0;
  });
  say("the slave reads", std::to_string(read));
  polled.served("all is written", all);
  test::Outcome stuck;
  polled.start_write(large, stuck);
  say("a turn", std::to_string(polled.poller.wait_for(std::chrono::nanoseconds(0))));
  polled.console.cancel();
  polled.served("once it is cancelled", stuck, false);
  test::Outcome ended;
  polled.start_write(large, ended);
  polled.console.shutdown();
  polled.served("once it is shut down", ended, false);
  polled.close();
}

void library_hangups() {
  chapter("a hangup that is waited over");
  Polled polled(Hangup::wait);
  polled.ends.slave.write("before");
  polled.ends.slave.close();
  polled.read();
  polled.read_for_no_time();
  test::Outcome over;
  polled.start_read(over);
  say("a turn", std::to_string(polled.poller.wait_for(std::chrono::nanoseconds(0))));
  const End again("again", ::open(polled.console.name().c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK));
  again.write("after");
  polled.served("it is back", over);
  polled.write("answer");
  again.hear(6);
  polled.console.resize({50, 132, 0, 0});
  say("size", std::to_string(polled.console.size().rows));
  polled.close();
  again.read();
}

void library_ends() {
  chapter("a hangup that ends");
  Polled polled(Hangup::end);
  polled.ends.slave.write("all of it");
  polled.ends.slave.close();
  test::Outcome rest;
  polled.start_read(rest);
  polled.served("the rest", rest);
  polled.read();
  polled.read();
  polled.write("x");
  polled.close();

  chapter("the poller closes");
  Polled closing(Hangup::wait);
  test::Outcome pending;
  closing.start_read(pending);
  std::error_code error;
  closing.poller.close_console(-1, error);
  say("close_console of none", error.message());
  closing.poller.close();
  closing.served("the read", pending);
  closing.poller.close(error);
  say("close again", error.message());
}

void library_relays() {
  chapter("streams, and a relay between one and a console");
  Polled relayed(Hangup::end);
  int ends[2] = {-1, -1};
  ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends);
  EpollStream stream = relayed.poller.add(Fd(ends[0]));
  const End peer("peer", ends[1]);
  bool done = false;
  auto relay = EpollRelay::start(relayed.console, stream, {}, [&](const RelayResult& told) {
    done = true;
    say("the relay ends",
        result(told.forward_error, "forward") + ", " + result(told.backward_error, "backward"));
  });
  relayed.ends.slave.write("to the peer");
  peer.write("to the slave");
  const auto has_bytes = [](const End& end) {
    pollfd asked{end.fd(), POLLIN, 0};
    return ::poll(&asked, 1, 0) == 1;
  };
  test::serve_until(relayed.poller,
                    [&] { return has_bytes(peer) && has_bytes(relayed.ends.slave); });
  peer.hear(11);
  relayed.ends.slave.hear(12);
  relayed.ends.slave.write("the last");
  relayed.ends.slave.close();
  test::serve_until(relayed.poller, [&] { return has_bytes(peer); });
  peer.hear(8);
  relay.stop();
  test::serve_until(relayed.poller, [&] { return done; });
}

void library_processes() {
  chapter("a process of the library's");
  Epoller poller;
  ProcessOptions options;
  options.argv = {"/bin/sh", "-c", "echo 'two words'; exit 5"};
  EpollProcess process = EpollProcess::spawn(poller, options);
  say("it says", quoted(test::read_to_end_of(process.console())));
  const ExitStatus status = process.wait();
  say("it exits with", std::to_string(status.code));
  std::error_code error;
  process.kill(0, error);
  say("kill of one that was reaped", error.message());
}

}  // namespace conq::transcript
