// SPDX-License-Identifier: Apache-2.0
// flood BYTES: writes numbered lines, as fast as they are taken, until they are at least BYTES.
// flood BYTES PIPE: writes one line of so many bytes, without an end, and waits for a writer of the
// named pipe.

#include "tests/cli/flood.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t piece = 32768;

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

int write_lines(std::uint64_t lines) {
  for (std::uint64_t number = 0; number < lines;) {
    std::string text;
    while (text.size() < piece && number < lines) conq::test::append_flood_line(text, number++);
    if (!write_all(text)) return 1;
  }
  return 0;
}

int write_unended(std::uint64_t bytes, const char* pipe) {
  const std::string text(piece, 'x');
  while (bytes > 0) {
    const std::size_t size = std::min<std::uint64_t>(bytes, piece);
    if (!write_all(std::string_view(text).substr(0, size))) return 1;
    bytes -= size;
  }
  return ::open(pipe, O_RDONLY) < 0 ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const std::uint64_t bytes = std::strtoull(arguments[1], nullptr, 10);
  return count == 2 ? write_lines(conq::test::flood_lines(bytes))
                    : write_unended(bytes, arguments[2]);
}
