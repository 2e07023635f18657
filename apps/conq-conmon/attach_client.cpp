// SPDX-License-Identifier: Apache-2.0
#include "attach_client.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "messages.hpp"

namespace conq::conmon {
namespace {

/// What one read of the container's output gives at most: there is to be room for it.
constexpr std::size_t most_a_read = 65536;

}  // namespace

void AttachClient::listen() {
  std::error_code ec;
  stream_.async_read(
      [self = shared_from_this()](std::error_code error, std::span<const std::byte> bytes) {
        self->typed(error, bytes);
      },
      ec);
}

void AttachClient::typed(std::error_code ec, std::span<const std::byte> bytes) {
  if (!types_) return;
  // Said once by a client that leaves with output unread; what it typed is still there.
  if (ec == std::errc::connection_reset) return listen();
  if (!bytes.empty()) {
    std::string text(bytes.size(), '\0');
    std::memcpy(text.data(), bytes.data(), bytes.size());
    return server_.input_.type(std::move(text), [self = shared_from_this()] { self->listen(); });
  }
  types_ = false;
  if (hung_up()) shown_ = false;
  server_.client_ended_();
  server_.moved(*this);
}

bool AttachClient::hung_up() const {
  pollfd look{stream_.fd(), 0, 0};
  return !types_ && ::poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLNVAL)) != 0;
}

void AttachClient::send(char stream, std::span<const std::byte> bytes) {
  if (!shown_) return;
  if (waiting_.empty()) {
    std::array<iovec, 2> parts{
        {{&stream, 1}, {const_cast<std::byte*>(bytes.data()), bytes.size()}}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    if (::sendmsg(stream_.fd(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return;
    if (errno != EAGAIN && errno != EINTR) return wrote({errno, std::system_category()});
  }
  std::string& held = waiting_.emplace_back(1 + bytes.size(), stream);
  std::memcpy(held.data() + 1, bytes.data(), bytes.size());
  held_ += held.size();
  if (waiting_.size() == 1) write_next();
  if (held_ < AttachServer::most_held) return;
  full_ = true;
  wait_for();
}

void AttachClient::write_next() {
  std::error_code ec;
  stream_.async_write(
      std::as_bytes(std::span(waiting_.front())),
      [self = shared_from_this()](std::error_code error, std::size_t) { self->wrote(error); }, ec);
}

void AttachClient::wrote(std::error_code ec) {
  if (!shown_) return;
  if (ec) {
    const bool left = ec == std::errc::broken_pipe || ec == std::errc::connection_reset;
    return cut_output(left ? nullptr : ec.message().c_str());
  }
  held_ -= waiting_.front().size();
  waiting_.pop_front();
  if (patience_) moved_ = Clock::now();
  if (held_ <= AttachServer::most_held - most_a_read) full_ = false;
  if (!waiting_.empty()) write_next();
  server_.moved(*this);
}

void AttachClient::wait_for() {
  if (patience_ || idle()) return;
  moved_ = Clock::now();
  be_patient(AttachServer::patience);
}

void AttachClient::be_patient(std::chrono::nanoseconds until) {
  patience_ = Alarm(server_.poller_, until, [self = weak_from_this()] {
    if (const auto client = self.lock()) client->look_whether_it_moved();
  });
}

void AttachClient::look_whether_it_moved() {
  patience_ = {};
  if (idle() || !(full_ || server_.finishing_)) return;
  const auto left = moved_ + AttachServer::patience - Clock::now();
  if (left > Clock::duration::zero()) return be_patient(left);
  cut_output("it takes no output");
}

void AttachClient::cut_output(const char* why) {
  if (why != nullptr) {
    say_error(std::string("Cut off an attached client: ") + why + "; it loses " +
              std::to_string(held_) + " bytes and what comes after them");
  }
  shown_ = full_ = false;
  held_ = 0;
  stream_.cancel_write();
  waiting_.clear();
  ::shutdown(stream_.fd(), SHUT_WR);
  server_.moved(*this);
}

void AttachClient::close() {
  types_ = shown_ = false;
  patience_ = {};
  std::error_code closed_already;
  stream_.close(closed_already);
}

}  // namespace conq::conmon
