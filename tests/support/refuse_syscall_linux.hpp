// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace conq::test {

/// From now on, for good and in all children: the kernel refuses this ioctl with `error`, as an
/// older one would. False, with errno, where seccomp is not available. For use in a forked child.
bool refuse_ioctl(unsigned long request, int error);

/// The same for the system call of this number (SYS_close_range).
bool refuse_syscall(long number, int error);

}  // namespace conq::test
