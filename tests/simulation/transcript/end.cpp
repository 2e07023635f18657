// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/transcript/end.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "tests/simulation/transcript/say.hpp"
#include "tests/support/eventually.hpp"

namespace conq::transcript {
namespace {

short polled(int fd, short events, int milliseconds) {
  pollfd asked{fd, events, 0};
  ::poll(&asked, 1, milliseconds);
  return asked.revents;
}

int deadline() { return static_cast<int>(std::chrono::milliseconds(test::deadline).count()); }

int bytes_queued(int fd) {
  int count = -1;
  ::ioctl(fd, FIONREAD, &count);
  return count;
}

/// The byte that fill() writes at `offset`: no two neighbouring pages are the same.
char byte_at(std::size_t offset) { return static_cast<char>('a' + offset % 23); }

}  // namespace

void End::write(std::string_view text) const {
  say(name_ + " write " + quoted(text), outcome(::write(fd(), text.data(), text.size())));
}

void End::read(std::size_t room) const {
  std::string text(room, '\0');
  const ssize_t count = ::read(fd(), text.data(), text.size());
  const std::string asked = name_ + " read " + std::to_string(room);
  if (count < 0) {
    say(asked, error_name(errno));
  } else {
    say(asked, quoted(std::string_view(text).substr(0, static_cast<std::size_t>(count))));
  }
}

void End::hear(std::size_t size) const {
  std::string text;
  std::string piece(size, '\0');
  while (text.size() < size) {
    if (polled(fd(), POLLIN, deadline()) == 0) break;
    const ssize_t count = ::read(fd(), piece.data(), size - text.size());
    if (count <= 0) break;
    text.append(piece, 0, static_cast<std::size_t>(count));
  }
  say(name_ + " hear " + std::to_string(size), quoted(text));
}

void End::poll() const {
  const short said = polled(fd(), POLLIN | POLLOUT | POLLRDHUP, 0);
  say(name_ + " poll", event_names(static_cast<std::uint32_t>(said)));
}

void End::await(short events) const {
  const short said = polled(fd(), events, deadline());
  say(name_ + " await " + event_names(static_cast<std::uint32_t>(events)),
      event_names(static_cast<std::uint32_t>(said)));
}

void End::queued() const {
  int count = -1;
  const int result = ::ioctl(fd(), FIONREAD, &count);
  say(name_ + " FIONREAD", result == 0 ? std::to_string(count) : outcome(result));
}

void End::await_queued(int bytes) const {
  test::eventually([&] { return bytes_queued(fd()) >= bytes; });
  queued();
}

void End::close() { say(name_ + " close", outcome(::close(fd_.release()))); }

void End::fill(std::size_t piece, const End& reader, int reader_holds) const {
  std::size_t written = 0;
  int error = 0;
  for (;;) {
    std::string text;
    while (text.size() < piece) text += byte_at(written + text.size());
    const ssize_t count = ::write(fd(), text.data(), text.size());
    if (count > 0) {
      written += static_cast<std::size_t>(count);
      continue;
    }
    error = errno;
    // The reader has what it can hold; then there may be room again.
    test::eventually([&] { return bytes_queued(reader.fd()) >= reader_holds; });
    if (polled(fd(), POLLOUT, 0) == 0) break;
  }
  say(name_ + " fill by " + std::to_string(piece),
      std::to_string(written) + " bytes, then " + error_name(error));
}

void End::drain() const {
  std::string piece(65536, '\0');
  std::size_t done = 0;
  bool right = true;
  ssize_t count = 0;
  while ((count = ::read(fd(), piece.data(), piece.size())) > 0) {
    for (std::size_t each = 0; each < static_cast<std::size_t>(count); ++each) {
      right = right && piece[each] == byte_at(done + each);
    }
    done += static_cast<std::size_t>(count);
  }
  say(name_ + " drain", std::to_string(done) + " bytes, in order: " + yes_or_no(right) + ", then " +
                            (count == 0 ? "the end" : error_name(errno)));
}

void set_mode(const End& end, Mode mode) {
  termios settings{};
  ::tcgetattr(end.fd(), &settings);
  if (mode == Mode::raw) ::cfmakeraw(&settings);
  if (mode == Mode::line_without_echo) settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(end.fd(), TCSANOW, &settings);
}

End open_master() {
  End master("master", ::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  ::grantpt(master.fd());
  ::unlockpt(master.fd());
  return master;
}

End open_slave(const End& master, const std::string& name) {
  constexpr int flags = O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
  return {name, ::ioctl(master.fd(), TIOCGPTPEER, flags)};
}

Terminal open_terminal(Mode mode) {
  End master = open_master();
  End slave = open_slave(master);
  set_mode(slave, mode);
  return {std::move(master), std::move(slave)};
}

}  // namespace conq::transcript
