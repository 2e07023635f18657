// SPDX-License-Identifier: Apache-2.0
// macOS, FreeBSD, NetBSD and OpenBSD, from their manual pages.
#include <sys/types.h>
#include <unistd.h>

#include "console_socket/unix_socket_kernel.hpp"
#include "device/throwing.hpp"

namespace conq::detail {

uid_t peer_user(int connection, std::error_code& ec) noexcept {
  uid_t user = 0;
  gid_t group = 0;
  ec = ::getpeereid(connection, &user, &group) == 0 ? std::error_code() : last_error();
  return user;
}

}  // namespace conq::detail
