// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace conq::test {

/// Gives the calling process mounts of its own, so that it may mount and unmount as it likes;
/// false, with errno, where that is not permitted. For use in a forked child.
inline bool own_mounts() {
  const int namespaces = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
  return ::unshare(namespaces) == 0 &&
         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace conq::test
