// SPDX-License-Identifier: Apache-2.0
#include "journald_log.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "messages.hpp"

namespace conq::conmon {
namespace {

constexpr std::size_t longest_started = 8192;
constexpr std::size_t short_id = 12;

/// `KEY`, a newline, and the value's length in little endian: what may hold newlines comes so.
std::string sized_key(std::string_view key, std::uint64_t size) {
  std::string text(key);
  text += '\n';
  for (int byte = 0; byte < 8; ++byte) text += static_cast<char>(size >> (8 * byte) & 0xFF);
  return text;
}

void add_field(std::string& fields, std::string_view key, std::string_view value) {
  if (value.find('\n') == std::string_view::npos) {
    fields.append(key).append("=").append(value).append("\n");
  } else {
    fields.append(sized_key(key, value.size())).append(value).append("\n");
  }
}

std::string fields_of(const Options& options) {
  const std::string id = options.cid.substr(0, short_id);
  std::string fields;
  add_field(fields, "CONTAINER_ID_FULL", options.cid);
  add_field(fields, "CONTAINER_ID", id);
  if (!options.log_tag.empty()) add_field(fields, "CONTAINER_TAG", options.log_tag);
  if (!options.name.empty()) add_field(fields, "CONTAINER_NAME", options.name);
  add_field(fields, "SYSLOG_IDENTIFIER",
            !options.log_tag.empty() ? options.log_tag
            : !options.name.empty()  ? options.name
                                     : id);
  for (const std::string& label : options.log_labels) {
    const std::size_t equals = label.find('=');
    add_field(fields, std::string_view(label).substr(0, equals),
              std::string_view(label).substr(equals + 1));
  }
  return fields;
}

iovec piece_of(std::string_view text) noexcept {
  // What sends them only reads.
  return {const_cast<char*>(text.data()), text.size()};
}

}  // namespace

JournaldLog::JournaldLog(const Options& options, const std::string& socket,
                         std::chrono::milliseconds patience)
    : address_(socket),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
      fields_(fields_of(options)) {
  if (!socket_) throw std::system_error(errno, std::generic_category(), "socket for the journal");
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(patience);
  const timeval limit{whole.count(), std::chrono::microseconds(patience - whole).count()};
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

void JournaldLog::write(Stream stream, std::span<const std::byte> bytes) {
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  while (!rest.empty()) {
    write_one_read(stream, rest.substr(0, longest_read));
    rest.remove_prefix(std::min(rest.size(), longest_read));
  }
}

void JournaldLog::write_one_read(Stream stream, std::string_view rest) {
  std::string& started = started_[stream == Stream::out ? 0 : 1];
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const bool whole = end != std::string_view::npos;
    // With its newline, as conmon has it.
    const std::string_view line = rest.substr(0, whole ? end + 1 : end);
    rest.remove_prefix(line.size());
    if (!whole && started.size() + line.size() < longest_started) {
      started += line;
    } else {
      send(stream, line, !whole);
      started.clear();
    }
  }
}

void JournaldLog::finish() {
  for (const Stream stream : {Stream::out, Stream::err}) {
    std::string& started = started_[stream == Stream::out ? 0 : 1];
    if (!started.empty()) send(stream, {}, true);
    started.clear();
  }
}

void JournaldLog::send(Stream stream, std::string_view text, bool piece) {
  const std::string& started = started_[stream == Stream::out ? 0 : 1];
  const std::string key = sized_key("MESSAGE", started.size() + text.size());
  std::array message{
      piece_of(key),     piece_of(started),
      piece_of(text),    piece_of(stream == Stream::out ? "\nPRIORITY=6\n" : "\nPRIORITY=3\n"),
      piece_of(fields_), piece_of(piece ? "CONTAINER_PARTIAL_MESSAGE=true\n" : "")};
  msghdr header{};
  header.msg_iov = message.data();
  header.msg_iovlen = message.size();
  int error = send(header);
  if (error == EMSGSIZE || error == ENOBUFS) error = send_as_file(message);
  told(error);
}

/// 0, or what errno said.
int JournaldLog::send(msghdr header) {
  // sendmsg() only reads.
  header.msg_name = const_cast<sockaddr*>(address_.get());
  header.msg_namelen = address_.size();
  // A journal that is known to be stuck is not waited for a second time.
  const int flags = MSG_NOSIGNAL | (failing_ ? MSG_DONTWAIT : 0);
  while (::sendmsg(socket_.get(), &header, flags) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

/// What no datagram holds goes as a sealed file in memory.
int JournaldLog::send_as_file(std::span<const iovec> message) {
  const Fd file(::memfd_create("conq-journal", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return errno;
  std::size_t size = 0;
  for (const iovec& piece : message) size += piece.iov_len;
  const ssize_t written = ::writev(file.get(), message.data(), static_cast<int>(message.size()));
  if (written < 0) return errno;
  if (static_cast<std::size_t>(written) != size) return ENOSPC;
  if (::fcntl(file.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) <
      0) {
    return errno;
  }
  msghdr header{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  header.msg_control = room.data();
  header.msg_controllen = room.size();
  cmsghdr* const control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = file.get();
  std::memcpy(CMSG_DATA(control), &fd, sizeof fd);
  return send(header);
}

void JournaldLog::told(int error) {
  if (error == 0) {
    if (!std::exchange(failing_, false)) return;
    say_warning("the journal takes messages again; lost: " + std::to_string(lost_));
    lost_ = 0;
    return;
  }
  ++lost_;
  if (std::exchange(failing_, true)) return;
  say_error("the journal takes no messages, output is lost: " +
            std::generic_category().message(error));
}

}  // namespace conq::conmon
