// SPDX-License-Identifier: Apache-2.0
#include "messages.hpp"

#include <limits.h>
#include <poll.h>
#include <sys/uio.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace conq::conmon {
namespace {

struct MessageSettings {
  Level level = Level::warn;
  bool syslog = false;
  std::array<char, 21> cid{};  ///< cut, as conmon cuts it
};
MessageSettings message_settings;

struct Name {
  char letter;
  const char* syslog;
};
/// conmon's, whose trace has debug's letter.
constexpr std::array level_names{Name{'e', "error"}, Name{'w', "nwarn"}, Name{'i', "ninfo"},
                                 Name{'d', "ndebug"}, Name{'d', "ntrace"}};

void write_to_standard_error(char letter, std::string_view text) noexcept {
  // A pipe that poll() calls writable takes PIPE_BUF bytes without waiting, and as one piece.
  pollfd writable{STDERR_FILENO, POLLOUT, 0};
  if (::poll(&writable, 1, 0) <= 0 || (writable.revents & POLLOUT) == 0) return;
  std::array<char, 13> head{'[', 'c', 'o', 'n', 'm', 'o', 'n', ':', letter, ']', ':', ' '};
  text = text.substr(0, PIPE_BUF - head.size());
  char end = '\n';
  const std::array<iovec, 3> pieces{iovec{head.data(), head.size() - 1},
                                    // writev() only reads.
                                    iovec{const_cast<char*>(text.data()), text.size()},
                                    iovec{&end, 1}};
  [[maybe_unused]] const ssize_t written =
      ::writev(STDERR_FILENO, pieces.data(), static_cast<int>(pieces.size()));
}

}  // namespace

void set_up_messages(Level level, bool syslog, std::string_view cid) {
  message_settings = {level, syslog, {}};
  cid.copy(message_settings.cid.data(), message_settings.cid.size() - 1);
}

void say(Level level, std::string_view text) noexcept {
  if (level > message_settings.level) return;
  const Name& name = level_names[static_cast<std::size_t>(level)];
  write_to_standard_error(name.letter, text);
  if (!message_settings.syslog) return;
  ::syslog(level == Level::error ? LOG_ERR : LOG_INFO, "conmon %s <%s>: %.*s",
           message_settings.cid.data(), name.syslog,
           static_cast<int>(std::min<std::size_t>(text.size(), PIPE_BUF)), text.data());
}

}  // namespace conq::conmon
