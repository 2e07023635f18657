// SPDX-License-Identifier: Apache-2.0
#include "control.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>

#include "files.hpp"
#include "messages.hpp"

namespace conq::conmon {
namespace {

/// More than any message needs.
constexpr std::size_t longest_line = 200;

Fd make_fifo(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail("remove " + path);
  if (::mkfifo(path.c_str(), 0660) != 0) fail("make " + path);
  // For both, so that the last writer's close is no end.
  Fd fifo(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!fifo) fail("open " + path);
  return fifo;
}

}  // namespace

Control::Control(Poller& poller, const std::string& bundle, ControlHandlers handlers)
    : handlers_(std::move(handlers)) {
  ctl_.typed = true;
  ctl_.stream = poller.add(make_fifo(bundle + "/ctl"));
  winsz_.stream = poller.add(make_fifo(bundle + "/winsz"));
  read(ctl_);
  read(winsz_);
}

void Control::read(Fifo& fifo) {
  fifo.stream.async_read([this, &fifo](std::error_code ec, std::span<const std::byte> bytes) {
    if (ec || bytes.empty()) return;
    take(fifo, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    read(fifo);
  });
}

void Control::look() {
  for (Fifo* const fifo : {&ctl_, &winsz_}) {
    std::array<char, 1024> bytes{};
    const ssize_t count = ::read(fifo->stream.fd(), bytes.data(), bytes.size());
    if (count > 0) take(*fifo, {bytes.data(), static_cast<std::size_t>(count)});
  }
}

void Control::take(Fifo& fifo, std::string_view bytes) {
  for (const char each : bytes) {
    if (each != '\n') {
      fifo.too_long = fifo.too_long || fifo.line.size() == longest_line;
      if (!fifo.too_long) fifo.line += each;
      continue;
    }
    if (fifo.too_long) {
      say_warning("Skipped a control message of more than 200 bytes");
    } else {
      take_line(fifo);
    }
    fifo.line.clear();
    fifo.too_long = false;
  }
}

void Control::take_line(const Fifo& fifo) const {
  constexpr int most = std::numeric_limits<std::uint16_t>::max();
  int type = 1;
  int rows = -1;
  int columns = -1;
  const int found = fifo.typed ? std::sscanf(fifo.line.c_str(), "%d %d %d", &type, &rows, &columns)
                               : 1 + std::sscanf(fifo.line.c_str(), "%d %d", &rows, &columns);
  if (found >= 1 && type == 2) return handlers_.reopen_logs();
  if (found != 3 || type != 1 || rows < 0 || rows > most || columns < 0 || columns > most) {
    return say_warning("Skipped a control message: " + fifo.line);
  }
  handlers_.resize({static_cast<std::uint16_t>(rows), static_cast<std::uint16_t>(columns), 0, 0});
}

}  // namespace conq::conmon
