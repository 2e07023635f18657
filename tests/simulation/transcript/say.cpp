// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/transcript/say.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace conq::transcript {

void chapter(std::string_view title) {
  std::printf("\n## %.*s\n", static_cast<int>(title.size()), title.data());
  // What was said before a crash or a hang is seen.
  std::fflush(stdout);
}

void say(const std::string& asked, const std::string& said) {
  std::printf("%s: %s\n", asked.c_str(), said.c_str());
  std::fflush(stdout);
}

std::string outcome(ssize_t result) {
  return result < 0 ? error_name(errno) : std::to_string(result);
}

std::string error_name(int error) { return ::strerrorname_np(error); }

std::string event_names(std::uint32_t events) {
  constexpr std::array<std::pair<std::uint32_t, std::string_view>, 6> names{
      {{EPOLLIN, "IN"},
       {EPOLLPRI, "PRI"},
       {EPOLLOUT, "OUT"},
       {EPOLLERR, "ERR"},
       {EPOLLHUP, "HUP"},
       {EPOLLRDHUP, "RDHUP"}}};
  std::string text;
  for (const auto& [bit, name] : names) {
    if ((events & bit) == 0U) continue;
    if (!text.empty()) text += '|';
    text += name;
  }
  return text.empty() ? "nothing" : text;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string made = "\"";
  for (const char byte : text.substr(0, most)) {
    if (byte == '\n') {
      made += "\\n";
    } else if (byte == '\r') {
      made += "\\r";
    } else if (byte < ' ' || byte > '~') {
      std::array<char, 8> code{};
      std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned char>(byte));
      made += code.data();
    } else {
      made += byte;
    }
  }
  made += '"';
  if (text.size() > most) made += "..., " + std::to_string(text.size()) + " bytes";
  return made;
}

std::string yes_or_no(bool holds) { return holds ? "yes" : "no"; }

}  // namespace conq::transcript
