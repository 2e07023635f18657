// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "conq/fd.hpp"
#include "tests/support/read_until.hpp"

namespace conq::conmon {

inline sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

/// A socket of datagrams under a path of its own, as systemd has some.
class Datagrams {
 public:
  explicit Datagrams(const std::string& path) {
    const sockaddr_un address = address_of(path);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
        << path;
  }

  /// The next one; none before the deadline fails the test.
  std::string next() {
    EXPECT_TRUE(test::wait_readable(socket_.get()));
    std::string text(1'000'000, '\0');
    iovec into{text.data(), text.size()};
    alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))]{};
    msghdr header{};
    header.msg_iov = &into;
    header.msg_iovlen = 1;
    header.msg_control = room;
    header.msg_controllen = sizeof room;
    const ssize_t size = ::recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    const cmsghdr* const control = size < 0 ? nullptr : CMSG_FIRSTHDR(&header);
    int fd = -1;
    if (control != nullptr)
      std::copy_n(CMSG_DATA(control), sizeof fd, reinterpret_cast<char*>(&fd));
    attached_.reset(fd);
    return text;
  }
  bool has_more() const {
    return test::wait_readable(socket_.get(), std::chrono::milliseconds::zero());
  }
  /// The descriptor that came with the last one.
  const Fd& attached() const { return attached_; }
  const Fd& socket() const { return socket_; }

 private:
  Fd socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  Fd attached_;
};

}  // namespace conq::conmon
