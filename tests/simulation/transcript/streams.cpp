// SPDX-License-Identifier: Apache-2.0
// Pipes, sockets and eventfd(2).

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/simulation/transcript/chapters.hpp"
#include "tests/simulation/transcript/queue.hpp"
#include "tests/simulation/transcript/say.hpp"

namespace conq::transcript {
namespace {

struct Pair {
  End first;
  End second;
};

Pair make_pipe() {
  int ends[2] = {-1, -1};
  say("pipe2", outcome(::pipe2(ends, O_NONBLOCK | O_CLOEXEC)));
  return {End("reader", ends[0]), End("writer", ends[1])};
}

Pair make_sockets(int type = SOCK_STREAM) {
  int ends[2] = {-1, -1};
  say("socketpair", outcome(::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends)));
  return {End("left", ends[0]), End("right", ends[1])};
}

void say_type(const End& end) {
  int type = 0;
  socklen_t size = sizeof type;
  const int result = ::getsockopt(end.fd(), SOL_SOCKET, SO_TYPE, &type, &size);
  say(end.name() + " SO_TYPE", result == 0 ? std::to_string(type) : outcome(result));
}

void end_writing(const End& end) {
  say(end.name() + " shutdown SHUT_WR", outcome(::shutdown(end.fd(), SHUT_WR)));
}

}  // namespace

void pipes() {
  chapter("a pipe");
  auto [reader, writer] = make_pipe();
  Queue queue;
  queue.add(reader, all_edges());
  queue.add(writer, all_edges());
  queue.events();
  say_type(reader);
  reader.read();
  reader.poll();
  writer.poll();
  reader.write("x");
  writer.read();
  writer.write("hello");
  queue.events();
  writer.write("again");
  queue.events();
  reader.queued();
  reader.read(3);
  queue.events();
  reader.read();
  queue.events();
  reader.read();

  chapter("a full pipe");
  writer.fill(4096, reader, 65536);
  writer.write("x");
  writer.poll();
  queue.events();
  reader.read(4095);
  queue.events();
  reader.read(1);
  queue.events();
  writer.write(std::string(9000, 'a'));
  queue.events();

  chapter("the writer closes");
  writer.write("x");
  writer.close();
  queue.events();
  reader.poll();
  reader.drain();
  reader.read();
  reader.poll();
  queue.events();

  chapter("the reader closes");
  auto [left, writes] = make_pipe();
  queue.add(writes, all_edges());
  queue.events();
  writes.write("lost");
  left.close();
  queue.events();
  queue.events();
  writes.poll();
  writes.write("x");
}

void sockets() {
  chapter("a socket pair");
  auto [left, right] = make_sockets();
  Queue queue;
  queue.add(left, all_edges());
  queue.events();
  left.read();
  left.poll();
  right.write("hello");
  queue.events();
  left.queued();
  left.read(2);
  queue.events();
  left.read();
  left.write("answer");
  queue.events();
  right.read();
  queue.events();

  chapter("half of it is shut down");
  right.write("last");
  end_writing(right);
  queue.events();
  right.write("x");
  right.poll();
  left.poll();
  left.read();
  left.read();
  left.poll();
  left.write("still");
  right.read();
  queue.events();
  end_writing(left);
  queue.events();
  left.poll();
  right.read();

  chapter("the peer closes");
  auto [stays, goes] = make_sockets();
  queue.add(stays, all_edges());
  queue.events();
  goes.write("bye");
  goes.close();
  queue.events();
  stays.poll();
  stays.read();
  stays.read();
  stays.write("x");
  stays.write("x");
  queue.events();
}

void messages() {
  for (const int type : {SOCK_DGRAM, SOCK_SEQPACKET}) {
    chapter(type == SOCK_DGRAM ? "datagrams" : "packets");
    auto [left, right] = make_sockets(type);
    Queue queue;
    queue.add(left, all_edges());
    queue.events();
    say_type(left);
    right.write("one");
    right.write("two words");
    right.write("three");
    queue.events();
    left.read();
    left.read(3);
    queue.events();
    left.read();
    left.read();
    right.write("");
    right.write("behind it");
    queue.events();
    left.read();
    left.read();
    left.read();
  }
}

void counters() {
  chapter("eventfd");
  End counter("counter", ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  Queue queue;
  queue.add(counter, all_edges());
  queue.events();
  counter.read(8);
  counter.read(4);
  counter.write("short");
  say("counter counts", outcome(::eventfd_write(counter.fd(), 2)));
  queue.events();
  say("counter counts", outcome(::eventfd_write(counter.fd(), 3)));
  queue.events();
  counter.poll();
  counter.read(8);
  queue.events();
  counter.poll();
  End first("first", ::eventfd(7, EFD_NONBLOCK | EFD_CLOEXEC));
  first.read(8);
}

}  // namespace conq::transcript
