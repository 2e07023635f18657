// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::detail {

/// SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET; 0 for what is no socket, -1 where the kernel would not
/// say.
int socket_type(int fd) noexcept;

}  // namespace conq::detail
