// SPDX-License-Identifier: Apache-2.0
// conq's Relay from each console to a pipe, a socket or a file of its own, `--to`. Pipes and
// sockets are emptied by another process.

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "bench/support/conq_consoles.hpp"
#include "bench/support/contender.hpp"
#include "conq/relay.hpp"

namespace conq::bench {
namespace {

/// Where the relays write to, and what is to be read so that they can.
struct Targets {
  std::vector<Fd> written, read;
};

Targets make_targets(const std::string& kind, std::size_t count) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  Targets targets;
  while (targets.written.size() < count) {
    std::array<int, 2> ends{-1, -1};
    int made = 0;
    if (kind == "pipe") {
      made = ::pipe2(ends.data(), O_CLOEXEC);
    } else if (kind == "socket") {
      made = ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data());
    } else if (kind == "file") {
      ends[1] = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
      made = ends[1];
    } else {
      throw std::invalid_argument("--to pipe, socket or file");
    }
    if (made < 0) throw std::system_error(errno, std::generic_category(), "make a " + kind);
    targets.written.emplace_back(ends[1]);
    if (ends[0] >= 0) targets.read.emplace_back(ends[0]);
  }
  return targets;
}

/// Until nobody writes any more.
void read_all(const std::vector<Fd>& fds) {
  std::vector<pollfd> open;
  open.reserve(fds.size());
  for (const Fd& fd : fds) open.push_back({.fd = fd.get(), .events = POLLIN, .revents = 0});
  SharedBuffer buffer;
  for (std::size_t left = open.size(); left > 0;) {
    ::poll(open.data(), open.size(), -1);
    for (pollfd& one : open) {
      if (one.revents == 0 || ::read(one.fd, buffer.data(), buffer.size()) > 0) continue;
      one.fd = -1;
      --left;
    }
  }
}

void have_read(Targets& targets, const Job& job) {
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    ::close(job.start_fd);  // or nobody would see it closed
    targets.written.clear();
    read_all(targets.read);
    std::_Exit(0);
  }
  targets.read.clear();
}

void serve(const Job& job, Session& session, const Options& options) {
  Targets targets = make_targets(options.word("to", "pipe"), job.consoles);
  if (!targets.read.empty()) have_read(targets, job);
  Poller poller;
  std::vector<PolledConsole> consoles = add_all(poller, job);
  std::vector<PolledStream> streams;
  for (Fd& fd : targets.written) streams.push_back(poller.add(std::move(fd)));
  std::vector<Relay> relays;
  for (std::size_t i = 0; i < job.consoles; ++i) {
    relays.push_back(Relay::start(
        consoles[i], streams[i],
        {.backward = false,
         .forward_tap = [&session, i](std::span<const std::byte> b) { session.took(i, b); }},
        [&session, i](const RelayResult& /*result*/) { session.ended(i); }));
  }
  session.start();
  poller.wait();
}

}  // namespace
}  // namespace conq::bench

int main(int argc, char** argv) { return conq::bench::contend(argc, argv, conq::bench::serve); }
