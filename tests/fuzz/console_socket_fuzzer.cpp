// SPDX-License-Identifier: Apache-2.0
// Whatever a peer of a console socket sends, in whatever pieces: its receiver is told what is right
// to be told of that, and no descriptor is left.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "conq/conq.hpp"
#include "tests/fuzz/check.hpp"
#include "tests/support/console_peer.hpp"

namespace {

using conq::fuzz::check;
using conq::test::ConsolePeer;

/// A descriptor to be sent, by what it is.
enum Kind : std::size_t { master, slave, pipe_end, stream, file, device, kinds };

class Descriptors {
 public:
  Descriptors() : pty_(conq::open_pty()) {
    int ends[2] = {-1, -1};
    check(::pipe(ends) == 0, "there is a pipe");
    out_.reset(ends[0]);
    in_.reset(ends[1]);
    check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "there is a socket");
    one_.reset(ends[0]);
    other_.reset(ends[1]);
    file_.reset(::open("/proc/self/exe", O_RDONLY));
    device_.reset(::open("/dev/null", O_RDWR));
  }
  int of(Kind kind) const {
    const int all[kinds] = {pty_.master.fd(), pty_.slave.get(), out_.get(),
                            one_.get(),       file_.get(),      device_.get()};
    return all[kind];
  }

 private:
  conq::Pty pty_;
  conq::Fd out_, in_, one_, other_, file_, device_;
};

/// What the peer has sent, and what is to come of it.
struct Expected {
  bool over = false;
  std::error_code error;
  std::size_t name = 0;

  void note(std::size_t size, const std::vector<Kind>& descriptors) {
    if (over) return;
    name += size;
    over = true;
    if (descriptors.size() > 1) {
      error = conq::errc::several_descriptors;
    } else if (name > 4096) {
      error = std::make_error_code(std::errc::message_size);
    } else if (descriptors.size() == 1) {
      if (descriptors[0] != master) error = conq::errc::not_a_pty_master;
    } else {
      over = false;
    }
  }
};

/// One message for each four bytes: how many bytes, how many descriptors, of which kind, and
/// whether the receiver looks before the next one.
template <class Receive>
Expected send_all(ConsolePeer& peer, const Descriptors& descriptors, const std::uint8_t* data,
                  std::size_t size, Receive receive) {
  Expected expected;
  for (std::size_t at = 0; at + 4 <= size && !expected.over; at += 4) {
    const std::string text(1 + data[at] * std::size_t{19}, static_cast<char>(data[at + 1]));
    std::vector<Kind> sent;
    std::vector<int> numbers;
    for (std::size_t i = 0; i < data[at + 2] % 8U; ++i) {
      sent.push_back(static_cast<Kind>((data[at + 3] / 2 + i) % kinds));
      numbers.push_back(descriptors.of(sent.back()));
    }
    // Each message is looked at before the next, or some time after: no more is under way than a
    // socket takes.
    check(peer.send(text, numbers), "it is taken");
    expected.note(text.size(), sent);
    if (data[at + 3] % 2 == 1) receive();
  }
  return expected;
}

int lowest_free() {
  const int fd = ::dup(STDERR_FILENO);
  ::close(fd);
  return fd;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Descriptors descriptors;
  static conq::Poller poller;
  // Few enough to be sent before any is read.
  size = std::min<std::size_t>(size, 4 * 24);
  const int before = lowest_free();
  {
    conq::ConsoleSocket socket = conq::ConsoleSocket::listen(poller);
    ConsolePeer peer(socket.path());
    conq::Console received;
    std::error_code told = conq::errc::timed_out;
    const auto receive = [&] {
      if (told == conq::errc::timed_out) {
        received = socket.receive_for(std::chrono::nanoseconds::zero(), told);
      }
    };
    Expected expected = send_all(peer, descriptors, data, size, receive);
    if (!expected.over) {
      peer.close();
      expected.error = conq::errc::no_descriptor;
    }
    receive();
    check(told == expected.error, "the outcome is told as what it is");
    check(static_cast<bool>(received) == !told, "there is a console, or an error");
    check(std::all_of(received.name().begin(), received.name().end(),
                      [](char each) { return each >= ' ' && each <= '~'; }),
          "a name can be printed");
    std::error_code again;
    socket.receive_for(std::chrono::nanoseconds::zero(), again);
    check(again == conq::errc::closed, "it has one outcome");
  }
  check(lowest_free() == before, "no descriptor is left");
  return 0;
}
