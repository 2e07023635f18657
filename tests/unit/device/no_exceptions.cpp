// SPDX-License-Identifier: Apache-2.0
// Compiled with -fno-exceptions: the error_code forms are all that such a user needs.
#include "conq/console.hpp"
#include "conq/pty.hpp"

bool conq_works_without_exceptions();

bool conq_works_without_exceptions() {
  std::error_code ec;
  conq::Pty pty = conq::open_pty({24, 80, 0, 0}, ec);
  if (ec) return false;
  std::byte byte{};
  pty.master.write({&byte, 1}, ec);
  pty.master.resize({25, 80, 0, 0}, ec);
  pty.master.set_raw(ec);
  pty.master.close(ec);
  return !ec;
}
