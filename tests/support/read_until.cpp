// SPDX-License-Identifier: Apache-2.0
#include "tests/support/read_until.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace conq::test {
namespace {

using Clock = std::chrono::steady_clock;

/// Appends what one read gives; false at the end, or if nothing came before `limit`.
bool read_some(int fd, std::string& text, std::chrono::milliseconds limit) {
  if (!wait_readable(fd, limit)) return false;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(fd, buffer.data(), buffer.size());
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

std::chrono::milliseconds left(Clock::time_point end) {
  const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
  return std::max(rest, std::chrono::milliseconds::zero());
}

}  // namespace

bool wait_readable(int fd, std::chrono::milliseconds limit) {
  pollfd wanted{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = ::poll(&wanted, 1, static_cast<int>(limit.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

std::string read_until(int fd, std::string_view wanted) {
  const auto end = Clock::now() + deadline;
  std::string text;
  while (text.find(wanted) == std::string::npos && read_some(fd, text, left(end))) {
  }
  return text;
}

std::string read_to_end(int fd) {
  const auto end = Clock::now() + deadline;
  std::string text;
  while (read_some(fd, text, left(end))) {
  }
  EXPECT_LT(Clock::now(), end) << "no end before the deadline";
  return text;
}

std::string read_available(int fd) {
  std::string text;
  while (read_some(fd, text, std::chrono::milliseconds::zero())) {
  }
  return text;
}

}  // namespace conq::test
