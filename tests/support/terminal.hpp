// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "conq/poller.hpp"
#include "conq/pty.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/kernel_traits.hpp"

namespace conq::test {

/// A pty in raw mode: what one end writes the other reads, unchanged and without an echo.
Pty raw_pty(WinSize size = {});

/// Opens a slave, again too, without it becoming our controlling terminal.
Fd open_slave(const std::string& name);

/// Writes all of it to a descriptor that blocks.
void say(const Fd& to, std::string_view text);
/// Reads `size` bytes from a descriptor that blocks; less at its end.
std::string hear(const Fd& from, std::size_t size);

/// What is there, at least a byte; nothing at its end.
std::string hear_some(const Fd& from);

/// `size` bytes in which no piece comes twice, so that what is lost, doubled or swapped shows.
std::string numbered(std::size_t size);
/// Fails the test unless both are the same; says where they part, not all they are.
void expect_same(std::string_view got, std::string_view wanted);

/// A raw pty, its master on a poller.
template <class Console>
struct Terminal {
  Console console;
  Fd slave;
  std::string slave_name;

  void hang_up() { slave.reset(); }
  void reopen() { slave = open_slave(slave_name); }
};

template <class Poller>
Terminal<typename Poller::PolledConsole> add_terminal(Poller& poller, AddOptions options = {}) {
  Pty pty = raw_pty();
  return {poller.add(std::move(pty.master), options), std::move(pty.slave), pty.slave_name};
}

/// What one read gives.
template <class Channel>
std::string read_text(Channel& channel, std::size_t room = 4096) {
  std::string text(room, '\0');
  text.resize(channel.read(std::as_writable_bytes(std::span(text))));
  return text;
}

/// As many reads as it takes for `size` bytes; fewer bytes at the end.
template <class Channel>
std::string read_exactly(Channel& channel, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string text = read_text(channel, size - all.size());
    if (text.empty()) break;
    all += text;
  }
  return all;
}

template <class Channel>
std::string read_to_end_of(Channel& channel) {
  std::string all;
  for (;;) {
    const std::string text = read_text(channel, 65536);
    if (text.empty()) return all;
    all += text;
  }
}

}  // namespace conq::test
