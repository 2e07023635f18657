// SPDX-License-Identifier: Apache-2.0
// A buffer that is gone before its operation has ended: AddressSanitizer's read(2) and write(2)
// tell. Built with that alone.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "conq/conq.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/outcome.hpp"
#include "tests/support/terminal.hpp"

namespace conq::test {
namespace {

// In the child that dies, as a poller is not inherited.
void read_into_a_freed_buffer() {
  Poller poller;
  auto terminal = add_terminal(poller);
  Outcome read;
  {
    std::vector<std::byte> room(100);
    terminal.console.async_read(room, read.handler());
  }
  say(terminal.slave, "late");
  serve_until(poller, [&] { return read.calls() > 0; });
}

void write_from_a_freed_buffer() {
  Poller poller;
  auto terminal = add_terminal(poller);
  Outcome written;
  {
    const std::string text(100, 'x');
    terminal.console.async_write(bytes(text), written.handler());
  }
  serve_until(poller, [&] { return written.calls() > 0; });
}

TEST(FreedBuffer, OfAReadIsToldByAddressSanitizer) {
  EXPECT_DEATH(read_into_a_freed_buffer(), "heap-use-after-free");
}

TEST(FreedBuffer, OfAWriteIsToldByAddressSanitizer) {
  EXPECT_DEATH(write_from_a_freed_buffer(), "heap-use-after-free");
}

}  // namespace
}  // namespace conq::test
