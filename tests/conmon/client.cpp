// SPDX-License-Identifier: Apache-2.0
#include "tests/conmon/client.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "tests/support/read_until.hpp"

namespace conq::test {

Client::Client(const std::string& bundle)
    : socket_(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) {
  const Fd folder(::open(bundle.c_str(), O_PATH | O_CLOEXEC));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = "/proc/self/fd/" + std::to_string(folder.get()) + "/attach";
  path.copy(&address.sun_path[0], sizeof address.sun_path - 1);
  EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
            0)
      << bundle << ": " << std::strerror(errno);
}

void Client::type(std::string_view text) const {
  EXPECT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()))
      << std::strerror(errno);
}

void Client::half_close() const { ::shutdown(socket_.get(), SHUT_WR); }

bool Client::has_message() const { return wait_readable(socket_.get(), std::chrono::seconds(0)); }

std::string Client::message() {
  // More than podman's, to see one that would not fit there.
  std::string message(65536, '\0');
  ssize_t count = -1;
  if (wait_readable(socket_.get())) count = ::recv(socket_.get(), message.data(), 65536, 0);
  message.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  if (message.empty()) return message;
  EXPECT_LE(message.size(), 8193U) << "podman's buffer";
  EXPECT_TRUE(message[0] == 2 || message[0] == 3) << "a stream";
  (message[0] == 2 ? out_ : err_).append(message, 1);
  all_.append(message, 1);
  return message;
}

bool Client::hears(std::string_view text) {
  while (all_.find(text) == std::string::npos) {
    if (message().empty()) return false;
  }
  return true;
}

bool Client::hears_end() {
  while (wait_readable(socket_.get())) {
    if (message().empty()) return true;
  }
  return false;
}

}  // namespace conq::test
