// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "messages.hpp"

namespace conq::conmon {
namespace {

/// Of a runtime that says more, or of an exec whose runtime takes its time: the rest waits.
constexpr std::size_t most_held = std::size_t{1} << 20U;
/// All that a terminal of Linux gives at once, when it has more (N_TTY_BUF_SIZE).
constexpr std::size_t full_terminal = 4095;
constexpr std::size_t most_gathered = 32768;

}  // namespace

void Output::open(Channel& from, bool console, bool held) {
  from_ = &from;
  console_ = console;
  ended_ = false;
  if (held) held_.emplace();
}

void Output::read() {
  if (reading_ || ended_ || sink_.full() || (held_ && held_->size() >= most_held)) return;
  reading_ = true;
  std::error_code ec;
  from_->async_read(
      [this](std::error_code error, std::span<const std::byte> bytes) { came(error, bytes); }, ec);
  if (ec) came(ec, {});
}

void Output::came(std::error_code ec, std::span<const std::byte> bytes) {
  reading_ = false;
  if (ended_) return;
  if (ec) say_error("read the container's output: " + ec.message());
  if (bytes.empty()) return end();
  if (held_) {
    held_->append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } else {
    sink_.take(stream_, console_ && bytes.size() >= full_terminal ? gather(bytes) : bytes);
  }
  if (left_) *left_ -= std::min(*left_, bytes.size());
  if (left_ == 0U) return end();
  read();
}

/// A terminal that streams gives little at once, and each time that it is waited for costs more
/// than to read it. A read that is given less than it has room for leaves no event unseen: what
/// comes later makes a new one.
std::span<const std::byte> Output::gather(std::span<const std::byte> bytes) {
  gathered_.resize(most_gathered);
  std::size_t size = bytes.size();
  std::memcpy(gathered_.data(), bytes.data(), size);
  for (std::size_t last = size; last >= full_terminal && most_gathered - size > full_terminal;) {
    const ssize_t more = ::read(from_->fd(), &gathered_[size], most_gathered - size);
    last = static_cast<std::size_t>(std::max<ssize_t>(more, 0));
    size += last;
  }
  return std::span(gathered_).first(size);
}

std::string Output::words(std::size_t most) {
  std::string said = held_.value_or("");
  const std::size_t known = std::min(said.size(), most);
  said.resize(most);
  // At once, as the runtime has written all of it.
  const ssize_t more = ended_ ? 0 : ::read(from_->fd(), said.data() + known, most - known);
  said.resize(known + static_cast<std::size_t>(std::max<ssize_t>(more, 0)));
  return said;
}

void Output::release() {
  const std::string held = held_.value_or("");
  held_.reset();
  if (!held.empty()) sink_.take(stream_, std::as_bytes(std::span(held)));
  read();
}

void Output::drain() {
  if (ended_) return;
  if (console_) return from_->shutdown();
  // No more than that: a process that was left behind may write for ever.
  int left = 0;
  ::ioctl(from_->fd(), FIONREAD, &left);
  left_ = static_cast<std::size_t>(left);
  if (left == 0) end();
}

void Output::end() {
  ended_ = true;
  if (!console_) {
    std::error_code closed_already;
    from_->close(closed_already);
  }
  sink_.ended();
}

}  // namespace conq::conmon
