// SPDX-License-Identifier: Apache-2.0
// epoll(7) itself: registrations, nested queues, descriptors that are closed and reused.

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdio>

#include "tests/simulation/transcript/chapters.hpp"
#include "tests/simulation/transcript/queue.hpp"
#include "tests/simulation/transcript/say.hpp"

namespace conq::transcript {
namespace {

End make_counter(const std::string& name) {
  return {name, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
}

void count(const End& counter) {
  say(counter.name() + " counts", outcome(::eventfd_write(counter.fd(), 1)));
}

}  // namespace

void queues() {
  chapter("registrations");
  Queue queue;
  End first = make_counter("first");
  End second = make_counter("second");
  queue.events();
  queue.add(first, EPOLLIN);
  queue.add(first, EPOLLIN);
  queue.modify(second, EPOLLIN);
  queue.remove(second);
  queue.add(End("none", -1), EPOLLIN);
  queue.add(queue.end(), EPOLLIN);
  std::FILE* const file = std::tmpfile();
  queue.add(End("regular file", ::dup(::fileno(file))), EPOLLIN);
  std::fclose(file);
  queue.events(0);
  first.read();
  epoll_event unused{};
  say("epoll_wait of a counter", outcome(::epoll_wait(first.fd(), &unused, 1, 0)));
  say("epoll_ctl of a counter",
      outcome(::epoll_ctl(first.fd(), EPOLL_CTL_DEL, second.fd(), nullptr)));
  say("epoll_ctl of none", outcome(::epoll_ctl(-1, EPOLL_CTL_DEL, second.fd(), nullptr)));
  say("an unknown operation", outcome(::epoll_ctl(queue.end().fd(), 77, first.fd(), &unused)));
  say("epoll_create1 of odd flags", outcome(::epoll_create1(1)));
  queue.end().read();
  queue.end().write("x");
}

void triggers() {
  chapter("level, edge, one shot");
  Queue queue;
  End first = make_counter("first");
  End second = make_counter("second");
  queue.add(first, EPOLLIN);
  count(first);
  queue.events();
  queue.events();
  queue.modify(first, EPOLLIN | EPOLLET);
  queue.events();
  queue.events();
  count(first);
  queue.events();
  queue.modify(first, EPOLLIN | EPOLLET);
  queue.events();
  queue.modify(first, EPOLLIN | EPOLLONESHOT);
  queue.events();
  queue.events();
  count(first);
  queue.events();
  queue.modify(first, EPOLLIN | EPOLLONESHOT);
  queue.events();
  queue.remove(first);
  count(first);
  queue.events();
  queue.add(first, EPOLLIN | EPOLLOUT | EPOLLET);
  queue.events();

  chapter("order, and room for one");
  queue.add(second, EPOLLIN | EPOLLET);
  count(second);
  count(first);
  queue.events(1);
  queue.events(1);
  queue.events(1);
}

void nested_queues() {
  chapter("a queue in a queue");
  Queue inner("inner");
  Queue outer("outer");
  End counter = make_counter("counter");
  outer.add(inner.end(), EPOLLIN | EPOLLET);
  inner.add(outer.end(), EPOLLIN);
  outer.events();
  inner.add(counter, EPOLLIN | EPOLLET);
  inner.end().poll();
  count(counter);
  inner.end().poll();
  outer.events();
  outer.events();
  inner.events();
  inner.end().poll();
  count(counter);
  counter.read(8);
  outer.events();
  inner.events();
  inner.end().close();
  outer.events();
}

void descriptors() {
  chapter("a descriptor that is closed while registered");
  Queue queue;
  End counter = make_counter("counter");
  queue.add(counter, EPOLLIN | EPOLLET);
  const int number = counter.fd();
  count(counter);
  counter.close();
  queue.events();
  End reused = make_counter("reused");
  say("the same number", yes_or_no(reused.fd() == number));
  count(reused);
  queue.events();
  queue.add(reused, EPOLLIN | EPOLLET);
  queue.events();

  chapter("a duplicate keeps the registration");
  End duplicate("duplicate", ::dup(reused.fd()));
  const int kept = reused.fd();
  reused.close();
  count(duplicate);
  queue.events();
  queue.remove(duplicate);
  End taker = make_counter("taker");
  say("the same number", yes_or_no(taker.fd() == kept));
  queue.remove(taker);
  queue.add(taker, EPOLLIN | EPOLLET);
  queue.add(duplicate, EPOLLIN | EPOLLET);
  count(taker);
  count(duplicate);
  queue.events();
  duplicate.close();
  queue.events();

  chapter("descriptors that are not open");
  taker.close();
  const End closed("closed", kept);
  closed.read();
  closed.write("x");
  closed.poll();
  say("close again", outcome(::close(kept)));
  say("fcntl", outcome(::fcntl(kept, F_GETFL)));
  say("dup", outcome(::dup(kept)));
  say("isatty", yes_or_no(::isatty(kept) == 1));
}

}  // namespace conq::transcript
