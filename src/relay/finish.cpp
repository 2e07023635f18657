// SPDX-License-Identifier: Apache-2.0
#include "relay/finish.hpp"

#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <optional>

#include "engine/engine.hpp"

namespace conq::detail {
namespace {

// Of a pty the master tells the slave's settings, which the program in it has made.
std::optional<termios> settings_of(Registration& console) noexcept {
  termios settings{};
  bool told = false;
  std::error_code ec;
  console.engine->with_console(
      console, [&](Console& held) { told = held && ::tcgetattr(held.fd(), &settings) == 0; }, ec);
  if (!told) return std::nullopt;
  return settings;
}

bool is_by_lines(const termios& settings) noexcept { return (settings.c_lflag & ICANON) != 0; }

bool ends_line(std::byte last, const termios& settings) noexcept {
  return last == std::byte{'\n'} || (last == std::byte{'\r'} && (settings.c_iflag & ICRNL) != 0);
}

}  // namespace

std::span<const std::byte> EofKey::press(Registration& console, std::byte last) noexcept {
  const std::optional<termios> settings = settings_of(console);
  if (!settings) return {};
  const cc_t key = settings->c_cc[VEOF];
  if (key == static_cast<cc_t>(_POSIX_VDISABLE)) return {};
  pressed_ = true;
  by_lines_ = is_by_lines(*settings);
  doubtful_ = !by_lines_;
  keys_.fill(std::byte{key});
  const bool unfinished = by_lines_ && !ends_line(last, *settings);
  return std::span(keys_).first(unfinished ? 2 : 1);
}

std::span<const std::byte> EofKey::press_again(Registration& console) noexcept {
  if (!pressed_) return {};
  const std::optional<termios> settings = settings_of(console);
  if (!settings) return {};
  const bool changed = by_lines_ != is_by_lines(*settings);
  if (!changed && !doubtful_) return {};
  by_lines_ = is_by_lines(*settings);
  doubtful_ = changed && !by_lines_;
  return std::span(keys_).first(1);
}

void close_write(Registration& stream) noexcept {
  std::error_code ec;
  stream.engine->with_console(
      stream, [&](Console&) { ::shutdown(stream.fd(), SHUT_WR); }, ec);
}

}  // namespace conq::detail
