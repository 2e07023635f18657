// SPDX-License-Identifier: Apache-2.0
// A runtime that speaks runc's command line as far as a monitor does, and really starts a process,
// on what it has inherited or on a pty of its own: the shell's script of CONQ_TEST_SCRIPT. What it
// does wrong says CONQ_TEST_TROUBLE: `fail` (says CONQ_TEST_WORDS), `hang`, `no-console`,
// `no-pidfile`, `wrong-pidfile`, `no-pty`. CONQ_TEST_NOTES names a directory where it leaves its
// command line.
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "conq/conq.hpp"

namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string after(const std::vector<std::string>& words, const std::string& flag) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == flag) return words[i + 1];
  }
  return "";
}

/// As runc's: a name, and the descriptor.
void send_descriptor(const std::string& path, int fd) {
  const conq::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(&address.sun_path[0], sizeof address.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  std::string name = "/dev/ptmx";
  iovec data{name.data(), name.size()};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = &room[0];
  message.msg_controllen = sizeof room;
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (::sendmsg(socket.get(), &message, 0) < 0) std::perror("sendmsg");
}

[[noreturn]] void become_container(const conq::Fd& slave) {
  ::setsid();
  if (slave) {
    ::ioctl(slave.get(), TIOCSCTTY, 0);
    for (const int each : {0, 1, 2}) ::dup2(slave.get(), each);
  }
  ::close_range(3, ~0U, 0);
  const std::string script = variable("CONQ_TEST_SCRIPT");
  ::execl("/bin/sh", "sh", "-c", script.c_str(), nullptr);
  ::_exit(127);
}

void note_start(const std::vector<std::string>& words) {
  const std::string notes = variable("CONQ_TEST_NOTES");
  std::ofstream line(notes + "/command");
  for (const std::string& each : words) line << each << '\n';
  std::ofstream(notes + "/runtime.pid") << ::getpid();
  std::ofstream(notes + "/listen_pid") << variable("LISTEN_PID");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string trouble = variable("CONQ_TEST_TROUBLE");
  note_start(words);
  if (trouble == "fail") {
    std::cerr << variable("CONQ_TEST_WORDS") << std::flush;
    return 1;
  }
  if (trouble == "hang") ::pause();
  const std::string console = trouble == "no-console" ? "" : after(words, "--console-socket");
  conq::Pty pty;
  if (!console.empty()) pty = conq::open_pty();
  if (trouble == "no-pty") {
    send_descriptor(console, STDIN_FILENO);
    // The monitor kills it for that, and a leak checker killed at its work complains.
    ::_exit(0);
  }
  const pid_t pid = ::fork();
  if (pid == 0) become_container(pty.slave);
  if (trouble == "wrong-pidfile") std::ofstream(after(words, "--pid-file")) << "none";
  if (trouble.find("pidfile") == std::string::npos) {
    std::ofstream(after(words, "--pid-file")) << pid;
  }
  if (!console.empty()) send_descriptor(console, pty.master.fd());
  return 0;
}
