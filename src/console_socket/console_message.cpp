// SPDX-License-Identifier: Apache-2.0
#include "console_socket/console_message.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "console_socket/unix_socket_kernel.hpp"
#include "device/pty_kernel.hpp"
#include "device/throwing.hpp"

namespace conq::detail {
namespace {

constexpr std::size_t longest_name = 4096;  // runc's limit: cmsg.go, MaxNameLen

/// Room for more descriptors than any kernel passes at once (Linux: 253, SCM_MAX_FD), so that all
/// of them come, and can be closed: some kernels leave those without room open, with no number told
/// (XNU, FreeBSD before 2018).
constexpr std::size_t most_descriptors = 1024;
struct Control {  // NOLINT(cppcoreguidelines-pro-type-member-init): the kernel fills it
  alignas(cmsghdr) std::byte bytes[most_descriptors * sizeof(int) + 256];
};

struct Descriptors {
  Fd first;
  std::size_t count = 0;
};

/// Takes all of them, and closes all but the first.
void take_rights(const cmsghdr& header, Descriptors& taken) noexcept {
  const auto* const data = reinterpret_cast<const unsigned char*>(CMSG_DATA(&header));
  const std::size_t bytes = header.cmsg_len - CMSG_LEN(0);
  for (std::size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
    int number = -1;
    std::memcpy(&number, data + at, sizeof number);
    Fd owned(number);
    if (taken.count++ == 0) taken.first = std::move(owned);
  }
}

Descriptors take_descriptors(msghdr& message) noexcept {
  Descriptors taken;
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
       each = CMSG_NXTHDR(&message, each)) {
    if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_RIGHTS) take_rights(*each, taken);
  }
  return taken;
}

bool is_usable_master(int fd) noexcept {
  const int flags = ::fcntl(fd, F_GETFL);
  return flags >= 0 && (flags & O_ACCMODE) == O_RDWR && is_master(fd);
}

/// A stranger's text, so that it does nothing to the terminal on which a message is printed.
std::string printable(std::string_view name) {
  while (!name.empty() && (name.back() == '\0' || name.back() == ' ')) name.remove_suffix(1);
  std::string shown(name);
  std::replace_if(
      shown.begin(), shown.end(), [](char each) { return each < ' ' || each > '~'; }, '?');
  return shown;
}

Arrival over(std::error_code error) noexcept {
  Arrival arrival;
  arrival.state = Arrival::State::over;
  arrival.error = error;
  return arrival;
}

}  // namespace

Arrival ConsoleMessage::receive(int connection) noexcept {
  // One byte more than may come shows that it is too long.
  std::array<char, longest_name + 1> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  Control control;                           // NOLINT(cppcoreguidelines-pro-type-member-init)
  iovec room{piece.data(), piece.size() - name_.size()};
  msghdr message{};
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  message.msg_control = &control.bytes[0];
  message.msg_controllen = sizeof control.bytes;
  ssize_t count = 0;
  do {
    count = receive_message(connection, message);
  } while (count < 0 && errno == EINTR);
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {};
  if (count < 0) return over(last_error());
  Descriptors came = take_descriptors(message);
  if (came.count > 1) return over(errc::several_descriptors);
  if ((message.msg_flags & MSG_CTRUNC) != 0) return over(errc::descriptor_lost);
  try {
    name_.append(piece.data(), static_cast<std::size_t>(count));
    if (name_.size() > longest_name) return over(std::make_error_code(std::errc::message_size));
    if (came.count == 1) return take(std::move(came.first));
  } catch (const std::bad_alloc&) {
    return over(std::make_error_code(std::errc::not_enough_memory));
  }
  if (count == 0) return over(errc::no_descriptor);
  Arrival arrival;
  arrival.state = Arrival::State::progress;
  return arrival;
}

Arrival ConsoleMessage::take(Fd descriptor) noexcept {
  if (!is_usable_master(descriptor.get())) return over(errc::not_a_pty_master);
  Arrival arrival = over({});
  arrival.console = Console::from_fd(std::move(descriptor), printable(name_), arrival.error);
  return arrival;
}

}  // namespace conq::detail
