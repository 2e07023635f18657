// SPDX-License-Identifier: Apache-2.0
#include "sync_pipe.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "messages.hpp"

namespace conq::conmon {

std::string json_escaped(std::string_view text) {
  constexpr std::string_view short_forms = "\"\"\\\\\nn\tt\rr\bb\ff";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string json;
  for (const char each : text) {
    std::size_t at = 0;
    while (at < short_forms.size() && short_forms[at] != each) at += 2;
    const auto code = static_cast<unsigned char>(each);
    if (at < short_forms.size()) {
      json += '\\';
      json += short_forms[at + 1];
    } else if (code < 0x20 || code == 0x7f) {
      json += "\\u00";
      json += digits[code / 16];
      json += digits[code % 16];
    } else {
      json += each;
    }
  }
  return json;
}

void SyncPipe::tell(int value, std::string_view message) {
  if (!fd_) return;
  std::string line = "{\"" + key_ + "\": " + std::to_string(value);
  if (!message.empty()) line += ", \"message\": \"" + json_escaped(message) + '"';
  line += "}\n";
  ssize_t count = 0;
  do {
    count = ::write(fd_.get(), line.data(), line.size());
  } while (count < 0 && errno == EINTR);
  if (count == static_cast<ssize_t>(line.size())) return;
  if (errno != EPIPE) say_error(std::string("write to the sync pipe: ") + std::strerror(errno));
  fd_.reset();
}

}  // namespace conq::conmon
