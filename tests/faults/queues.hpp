// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

namespace conq::test {

/// epoll_ctl(2), remembered for tell_again().
int change_queue(int queue, int operation, int fd, epoll_event* event) noexcept;
/// A descriptor that is closed is on no queue.
void forget_descriptor(int fd) noexcept;

/// Has the edge-triggered queue that `fd` is on tell once more what is ready, as the kernel would
/// when more comes after a call that found less than there is. False if it is on none.
bool tell_again(int fd) noexcept;

}  // namespace conq::test
