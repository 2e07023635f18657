// SPDX-License-Identifier: Apache-2.0
// Ptys on an edge-triggered queue: which events come, and which do not.

#include <poll.h>
#include <sys/epoll.h>

#include "tests/simulation/transcript/chapters.hpp"
#include "tests/simulation/transcript/queue.hpp"
#include "tests/simulation/transcript/say.hpp"

namespace conq::transcript {

void edges() {
  chapter("edges of a master");
  auto [master, slave] = open_terminal(Mode::raw);
  Queue queue;
  queue.add(master, all_edges());
  queue.events();
  queue.events();
  slave.write("hello");
  queue.await();
  queue.events();
  slave.write("again");
  queue.await();
  master.read(3);
  queue.events();
  master.read();
  master.read();
  queue.events();
  master.write("typed");
  queue.events();
  queue.events();
  slave.await(POLLIN);
  slave.read(2);
  queue.events();
  slave.read();
  queue.events();
  slave.read();
  queue.events();
  End other = open_slave(master, "other");
  other.close();
  queue.events();
}

void edges_of_room() {
  chapter("what a full queue to the slave makes");
  auto [master, slave] = open_terminal(Mode::raw);
  Queue queue;
  queue.add(master, all_edges());
  queue.events();
  master.fill(512, slave, 4095);
  queue.events();
  slave.read(3000);
  slave.await_queued(4095);
  queue.events();
  slave.read(4095);
  queue.events();

  chapter("room comes late");
  auto [typed, small] = open_terminal(Mode::raw);
  Queue second("second");
  second.add(typed, all_edges());
  second.events();
  typed.write(std::string(1000, 'x'));
  small.await(POLLIN);
  second.events();
  small.read(500);
  second.events();
  small.read(371);
  second.events();
  small.read(1);
  second.events();
  small.read(1);
  second.events();
}

void edges_of_the_other_end() {
  chapter("echo is an event, too");
  auto [line, reader] = open_terminal(Mode::line);
  Queue third("third");
  third.add(line, all_edges());
  third.events();
  line.write("x");
  line.await(POLLIN);
  third.await();
  third.events();

  chapter("edges of a slave");
  auto [far, near] = open_terminal(Mode::raw);
  Queue fourth("fourth");
  fourth.add(near, all_edges());
  fourth.events();
  far.write("hello");
  fourth.await();
  near.read();
  near.write("answer");
  fourth.events();
  far.await(POLLIN);
  far.read();
  fourth.events();
  far.close();
  fourth.events();
  fourth.events();
}

void hangup_edges() {
  chapter("edges of a hangup");
  auto [master, slave] = open_terminal(Mode::raw);
  Queue queue;
  queue.add(master, all_edges());
  slave.write("bytes");
  master.await(POLLIN);
  queue.events();
  slave.close();
  queue.events();
  queue.events();
  master.read(2);
  queue.events();
  master.read();
  queue.events();
  master.read();
  queue.events();
  master.write("ahead");
  queue.events();

  chapter("of a reopen");
  End again = open_slave(master, "again");
  queue.events();
  master.read();
  queue.events();
  again.await(POLLIN);
  again.read();
  queue.events();
  again.write("back");
  queue.await();
  again.close();
  queue.events();
  master.read();
  master.read();

  chapter("of a hangup with nothing left");
  End empty = open_slave(master, "empty");
  empty.close();
  queue.events();
  queue.events();
  End twice = open_slave(master, "twice");
  twice.close();
  queue.events();
}

void edges_once_hung_up() {
  chapter("a hung-up master is added, and asked level-triggered");
  auto [master, slave] = open_terminal(Mode::raw);
  slave.close();
  Queue level("level");
  level.add(master, EPOLLIN);
  level.events();
  level.events();
  level.modify(master, 0);
  level.events();
  level.modify(master, EPOLLOUT | EPOLLET);
  level.events();
  level.events();

  chapter("a full, hung-up master");
  auto [full, reader] = open_terminal(Mode::raw);
  Queue third("third");
  third.add(full, all_edges());
  full.fill(512, reader, 4095);
  reader.close();
  third.events();
  full.write(std::string(512, 'x'));
  third.events();
  third.events();
}

}  // namespace conq::transcript
