// SPDX-License-Identifier: Apache-2.0
// Ptys without a queue: what reads, writes and poll(2) say.

#include <poll.h>
#include <sys/ioctl.h>

#include "tests/simulation/transcript/chapters.hpp"
#include "tests/simulation/transcript/end.hpp"
#include "tests/simulation/transcript/say.hpp"

namespace conq::transcript {
namespace {

void say_size(const End& end) {
  winsize size{};
  const int result = ::ioctl(end.fd(), TIOCGWINSZ, &size);
  say(end.name() + " TIOCGWINSZ",
      result < 0 ? outcome(result)
                 : std::to_string(size.ws_row) + " by " + std::to_string(size.ws_col) + ", " +
                       std::to_string(size.ws_xpixel) + " by " + std::to_string(size.ws_ypixel));
}

void set_size(const End& end, unsigned short rows, unsigned short columns) {
  const winsize size{rows, columns, 7, 8};
  say(end.name() + " TIOCSWINSZ " + std::to_string(rows) + " by " + std::to_string(columns),
      outcome(::ioctl(end.fd(), TIOCSWINSZ, &size)));
}

}  // namespace

void opening() {
  chapter("a master whose slave was never open");
  End master = open_master();
  master.read();
  master.poll();
  master.queued();
  master.write("typed ahead\n");
  master.hear(13);
  master.read();

  chapter("its first open");
  End slave = open_slave(master);
  slave.await(POLLIN);
  slave.read();
  slave.read();
  slave.poll();
  master.poll();
  master.read();
}

void line_mode() {
  chapter("line mode");
  auto [master, slave] = open_terminal(Mode::line);
  slave.write("out\nput\n");
  master.hear(10);
  master.write("no line yet");
  master.hear(11);
  slave.read();
  slave.poll();
  slave.queued();
  master.write(" \x7f\x7fT\r");
  slave.await(POLLIN);
  slave.queued();
  slave.read(3);
  slave.read();
  slave.read();
  master.hear(10);
  master.write("one\ntwo\n");
  master.hear(10);
  slave.read();
  slave.read();
  master.write("rest\x04");
  slave.await(POLLIN);
  slave.read();
  master.write("\x04");
  slave.await(POLLIN);
  slave.read();
  slave.read();
  master.hear(4);
  master.read();
  master.write("gone\x15kept\n");
  slave.await(POLLIN);
  slave.read();

  chapter("a line that is longer than fits");
  auto [long_master, long_slave] = open_terminal(Mode::line_without_echo);
  long_master.write(std::string(4000, 'x'));
  long_master.write(std::string(200, 'y'));
  long_master.write("z\n");
  long_slave.await(POLLIN);
  long_slave.read(5000);
  long_slave.read();
  long_master.read();
}

void limits() {
  chapter("what a pty holds, to the master");
  auto [master, slave] = open_terminal(Mode::raw);
  slave.fill(512, master, 4095);
  slave.poll();
  master.queued();
  master.drain();
  slave.poll();

  chapter("and to the slave");
  master.fill(512, slave, 4095);
  master.poll();
  slave.queued();
  slave.drain();
  master.poll();

  chapter("a large write is cut");
  auto [big_master, big_slave] = open_terminal(Mode::raw);
  big_slave.fill(1, big_master, 4095);
  big_master.drain();
}

void hangups() {
  chapter("the last slave closes with bytes left");
  auto [master, slave] = open_terminal(Mode::raw);
  slave.write("last words");
  End other = open_slave(master, "other");
  slave.close();
  master.await(POLLIN);
  master.poll();
  other.close();
  master.poll();
  master.queued();
  master.read(4);
  master.poll();
  master.read();
  master.read();
  master.read();
  master.poll();
  master.queued();

  chapter("a write to a hung-up master");
  master.write("for the next");
  master.poll();

  chapter("the slave opens again");
  End again = open_slave(master, "again");
  master.poll();
  master.read();
  again.await(POLLIN);
  again.read();
  again.write("back");
  master.await(POLLIN);
  master.read();
}

void bytes_left_behind() {
  chapter("bytes that a hangup finds unread");
  auto [master, again] = open_terminal(Mode::raw);
  master.write("unread");
  again.await(POLLIN);
  again.close();
  master.read();
  End later = open_slave(master, "later");
  later.read();

  chapter("a hung-up master is filled");
  auto [full, gone] = open_terminal(Mode::raw);
  full.fill(512, gone, 4095);
  gone.close();
  full.write(std::string(512, 'x'));
  full.poll();

  chapter("the master closes");
  auto [closing, stays] = open_terminal(Mode::raw);
  closing.write("never read");
  stays.await(POLLIN);
  closing.close();
  stays.poll();
  stays.read();
  stays.read();
  stays.write("x");
}

void window_sizes() {
  chapter("window sizes");
  End master = open_master();
  say_size(master);
  set_size(master, 24, 80);
  say_size(master);
  End slave = open_slave(master);
  say_size(slave);
  set_size(slave, 30, 100);
  say_size(master);
  slave.close();
  say_size(master);
  set_size(master, 40, 120);
  End again = open_slave(master, "again");
  say_size(again);
}

}  // namespace conq::transcript
