// SPDX-License-Identifier: Apache-2.0
// Compiled with -fno-exceptions: the error_code forms are all that such a user needs.
#include <array>

#include "conq/conq.hpp"

bool conq_engine_works_without_exceptions();

bool conq_engine_works_without_exceptions() {
  std::error_code ec;
  conq::Poller poller(ec);
  if (ec) return false;
  conq::Pty pty = conq::open_pty({}, ec);
  if (ec) return false;
  conq::PolledConsole console = poller.add(std::move(pty.master), {}, ec);
  if (ec) return false;
  std::array<std::byte, 16> room{};
  bool written = false;
  console.async_write(
      std::span(room).first(1), [&](std::error_code, std::size_t) { written = true; }, ec);
  while (!written && !ec) poller.wait_for(std::chrono::seconds(1), ec);
  console.read_for(room, std::chrono::nanoseconds(0), ec);
  if (ec != conq::errc::timed_out && ec) return false;
  console.close(ec);
  return written && !ec;
}
