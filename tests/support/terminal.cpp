// SPDX-License-Identifier: Apache-2.0
#include "tests/support/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

namespace conq::test {

Pty raw_pty(WinSize size) {
  Pty pty = open_pty(size);
  pty.master.set_raw();
  return pty;
}

Fd open_slave(const std::string& name) {
  Fd slave(::open(name.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  EXPECT_TRUE(slave) << "open " << name;
  return slave;
}

void say(const Fd& to, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(to.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      ADD_FAILURE() << "write of the test itself: errno " << errno;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string hear(const Fd& from, std::size_t size) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(from.get(), text.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

std::string hear_some(const Fd& from) {
  std::string text(4096, '\0');
  ssize_t count = 0;
  do {
    count = ::read(from.get(), text.data(), text.size());
  } while (count < 0 && errno == EINTR);
  text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return text;
}

std::string numbered(std::size_t size) {
  std::string text;
  text.reserve(size + 8);
  for (unsigned number = 0; text.size() < size; ++number) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%07x ", number & 0xfffffffU);
    text += digits.data();
  }
  text.resize(size);
  return text;
}

void expect_same(std::string_view got, std::string_view wanted) {
  EXPECT_EQ(got.size(), wanted.size());
  const auto [at, other] = std::mismatch(got.begin(), got.end(), wanted.begin(), wanted.end());
  if (at == got.end() || other == wanted.end()) return;
  const auto offset = static_cast<std::size_t>(at - got.begin());
  ADD_FAILURE() << "differs at byte " << offset << ": " << got.substr(offset, 40) << " instead of "
                << wanted.substr(offset, 40);
}

}  // namespace conq::test
