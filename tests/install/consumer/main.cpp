// SPDX-License-Identifier: Apache-2.0
// What a user writes who does without exceptions: every call in its error_code form.

#include <array>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "conq/conq.hpp"

namespace {

int failed(const char* what, const std::error_code& ec) {
  std::fprintf(stderr, "%s: %s\n", what, ec.message().c_str());
  return 1;
}

}  // namespace

int main() {
  std::error_code ec;
  conq::Pty pty = conq::open_pty({.rows = 24, .cols = 80}, ec);
  if (ec) return failed("open_pty", ec);
  conq::Console terminal = conq::Console::from_fd(std::move(pty.slave), {}, ec);
  if (ec) return failed("from_fd", ec);
  if (pty.master.size(ec).cols != 80 || ec) return failed("size", ec);

  conq::Poller poller(ec);
  if (ec) return failed("Poller", ec);
  conq::PolledConsole console = poller.add(std::move(pty.master), {}, ec);
  if (ec) return failed("add", ec);
  constexpr std::string_view text = "hello\n";
  console.write(std::as_bytes(std::span(text)), ec);
  if (ec) return failed("write", ec);
  // The terminal echoes what is typed.
  std::array<std::byte, 64> echo{};
  if (console.read(echo, ec) == 0 || ec) return failed("read", ec);
  console.close(ec);
  if (ec) return failed("close", ec);
  poller.close(ec);
  return ec ? failed("close of the poller", ec) : 0;
}
