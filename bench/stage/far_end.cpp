// SPDX-License-Identifier: Apache-2.0
#include "bench/stage/far_end.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

#include "bench/support/pattern.hpp"

namespace conq::bench {
namespace {

void write_stream(const FarEnd& part, int slave) {
  const Pattern pattern(part.line);
  const std::uint64_t all =
      part.bytes == 0 ? std::numeric_limits<std::uint64_t>::max() : part.bytes;
  for (std::uint64_t position = 0; position < all;) {
    const std::uint64_t size = std::min<std::uint64_t>(part.line, all - position);
    const auto piece = pattern.piece(part.console, position, size);
    const ssize_t count = ::write(slave, piece.data(), piece.size());
    if (count < 0) return;
    position += static_cast<std::uint64_t>(count);
  }
}

void read_stream(const FarEnd& part, int slave) {
  std::array<std::byte, 65536> buffer{};
  Received received;
  while (received.bytes < part.bytes) {
    const ssize_t count = ::read(slave, buffer.data(), buffer.size());
    if (count <= 0) break;
    const auto piece = std::span(buffer).first(static_cast<std::size_t>(count));
    if (!Pattern::fits(part.console, received.bytes, piece)) ++received.wrong;
    received.bytes += piece.size();
  }
  static_cast<void>(::write(part.result_fd, &received, sizeof received));
}

void echo(int slave) {
  std::array<std::byte, 64> buffer{};
  for (ssize_t count = 1; count > 0;) {
    count = ::read(slave, buffer.data(), buffer.size());
    if (count > 0) count = ::write(slave, buffer.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

void wait_for_end_of(int pipe) {
  std::byte nothing{};
  while (::read(pipe, &nothing, 1) > 0) {
  }
}

void play(const FarEnd& part, Fd slave) {
  wait_for_end_of(part.go_fd);
  switch (part.workload) {
    case Workload::output:
      write_stream(part, slave.get());
      break;
    case Workload::input:
      read_stream(part, slave.get());
      break;
    case Workload::latency:
      if (part.console == 0) {
        echo(slave.get());
      } else {
        write_stream(part, slave.get());
      }
      break;
    case Workload::idle:
      wait_for_end_of(part.over_fd);
      break;
    case Workload::hung:
      break;
  }
  slave.reset();
  wait_for_end_of(part.over_fd);
}

}  // namespace conq::bench
