// SPDX-License-Identifier: Apache-2.0
// A poller inside somebody else's loop: its native_handle() is readable whenever it has something
// to do. Here the loop is Asio's.

#include <asio.hpp>
#include <chrono>
#include <conq/conq.hpp>
#include <functional>
#include <iostream>
#include <string>

#include "text.hpp"

namespace {

/// Serves the poller whenever Asio finds its handle readable.
class Nested {
 public:
  Nested(asio::io_context& loop, conq::Poller& poller)
      : poller_(poller), handle_(loop, poller.native_handle()) {
    serve_on();
  }
  Nested(const Nested&) = delete;
  Nested& operator=(const Nested&) = delete;
  // The descriptor is the poller's: Asio must not close it.
  ~Nested() { handle_.release(); }

 private:
  void serve_on() {
    handle_.async_wait(asio::posix::stream_descriptor::wait_read, [this](std::error_code ec) {
      if (ec) return;
      while (poller_.wait_for(std::chrono::nanoseconds::zero()) > 0) {
      }
      serve_on();
    });
  }

  conq::Poller& poller_;
  asio::posix::stream_descriptor handle_;
};

}  // namespace

int main() {
  asio::io_context loop;
  conq::Poller poller;
  const Nested nested(loop, poller);

  conq::Process shell =
      conq::Process::spawn(poller, {.argv = {"sh", "-c", "read line; echo the shell got: $line"}});
  shell.console().disable_echo();
  std::string shown;
  std::function<void()> read_on = [&] {
    shell.console().async_read([&](std::error_code, std::span<const std::byte> piece) {
      shown += text(piece);
      if (!piece.empty()) read_on();
    });
  };
  read_on();
  shell.async_wait([&](std::error_code, conq::ExitStatus) {
    std::cout << shown;
    loop.stop();
  });

  // Something of Asio's own, in the same thread.
  asio::steady_timer timer(loop, std::chrono::milliseconds(1));
  timer.async_wait([&](std::error_code) {
    shell.console().async_write(bytes("a tick of Asio's timer\n"),
                                [](std::error_code, std::size_t) {});
  });
  loop.run();
}
