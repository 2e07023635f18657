// SPDX-License-Identifier: Apache-2.0
// A child at its terminal: its exit, and what that does to the terminal.

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cstring>

#include "conq/epoller.hpp"
#include "conq/process.hpp"
#include "tests/simulation/transcript/chapters.hpp"
#include "tests/simulation/transcript/queue.hpp"
#include "tests/simulation/transcript/say.hpp"

namespace conq::transcript {
namespace {

/// A script of sh that leads a session at its raw terminal.
struct Leader {
  explicit Leader(const std::string& script)
      : process(EpollProcess::spawn(poller, options_for(script))),
        console("console", ::dup(process.console().fd())),
        exit("exit", static_cast<int>(::syscall(SYS_pidfd_open, process.pid(), 0U))) {}

  static ProcessOptions options_for(const std::string& script) {
    ProcessOptions options;
    options.argv = {"/bin/sh", "-c", script};
    termios raw{};
    ::cfmakeraw(&raw);
    raw.c_cflag |= CS8 | CREAD;
    raw.c_cc[VMIN] = 1;
    options.settings = raw;
    return options;
  }

  /// The master, all of its descriptors.
  void close_master() {
    console.close();
    process.console().close();
  }

  void reap(int flags = 0) const {
    int status = 0;
    const pid_t reaped = ::waitpid(process.pid(), &status, flags);
    std::string said = "still runs";
    if (reaped < 0) said = outcome(reaped);
    if (reaped > 0 && WIFEXITED(status)) said = "exited, " + std::to_string(WEXITSTATUS(status));
    if (reaped > 0 && WIFSIGNALED(status)) said = ::strsignal(WTERMSIG(status));
    say(flags == 0 ? "waitpid" : "waitpid WNOHANG", said);
  }

  void signal(int number) const {
    say("kill " + std::to_string(number), outcome(::kill(process.pid(), number)));
  }

  Epoller poller;
  EpollProcess process;
  End console;
  End exit;
};

}  // namespace

void processes() {
  chapter("a process runs, and exits with bytes unread");
  Leader leader("read line; printf 'said before'; exit 7");
  Queue queue;
  queue.add(leader.exit, EPOLLIN | EPOLLET);
  queue.events();
  leader.exit.poll();
  leader.exit.read();
  leader.console.poll();
  leader.reap(WNOHANG);
  leader.signal(0);
  leader.signal(-1);
  leader.console.write("go\n");
  leader.exit.await(POLLIN);
  queue.events();
  queue.events();
  leader.console.poll();
  leader.console.read();
  leader.console.read();
  leader.signal(0);
  Queue late("late");
  late.add(leader.exit, EPOLLIN | EPOLLET);
  late.events();
  leader.reap();
  leader.exit.poll();
  leader.reap();
  leader.signal(0);
  say("pidfd_open once it is reaped", outcome(::syscall(SYS_pidfd_open, leader.process.pid(), 0U)));

  chapter("a process is killed");
  Leader killed("read line");
  killed.signal(SIGKILL);
  killed.exit.await(POLLIN);
  killed.console.poll();
  killed.console.read();
  killed.reap();
}

void leaders() {
  chapter("the master of a session's terminal is closed");
  Leader told("read line");
  told.close_master();
  told.exit.await(POLLIN);
  told.reap();
  Leader deaf("trap '' HUP; printf x; read line; exit 3");
  deaf.console.hear(1);
  deaf.close_master();
  deaf.exit.await(POLLIN);
  deaf.reap();

  chapter("a session's leader exits, and another has its terminal open");
  Leader leader("read line; exit 0");
  End other = open_slave(leader.console, "other");
  leader.console.write("go\n");
  leader.exit.await(POLLIN);
  leader.reap();
  leader.console.poll();
  other.write("still here");
  leader.console.await(POLLIN);
  leader.console.read();
  leader.console.write("good");
  other.await(POLLIN);
  other.read();
  other.close();
  leader.console.poll();
}

}  // namespace conq::transcript
