// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "process/spawn_kernel.hpp"

namespace conq::detail {
namespace {

/// The number that a name of /proc/self/fd stands for; -1 for "." and "..".
int number_of(const char* name) noexcept {
  if (*name < '0' || *name > '9') return -1;
  int number = 0;
  for (; *name != '\0'; ++name) number = number * 10 + (*name - '0');
  return number;
}

/// Closes what /proc lists; false where it does not list all. As opendir(3) allocates, the system
/// call itself.
bool close_listed(int first, int last) noexcept {
  const int folder = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  alignas(dirent64) std::array<char, 4096> entries{};
  long size = 0;
  while ((size = ::syscall(SYS_getdents64, folder, entries.data(), entries.size())) > 0) {
    for (long at = 0; at < size;) {
      const char* entry = entries.data() + at;
      unsigned short length = 0;
      std::memcpy(&length, entry + offsetof(dirent64, d_reclen), sizeof length);
      const int fd = number_of(entry + offsetof(dirent64, d_name));
      if (fd >= first && fd <= last && fd != folder) ::close(fd);
      at += length;
    }
  }
  ::close(folder);
  return size == 0;
}

}  // namespace

void close_descriptors(int first, int last) noexcept {
  // By number: the call came with Linux 5.9, glibc's wrapper with 2.34.
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), static_cast<unsigned>(last), 0U) ==
      0) {
    return;
  }
  if (close_listed(first, last)) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t end = std::min<rlim_t>(limit.rlim_cur, last_descriptor);
  for (int fd = first; fd <= last && static_cast<rlim_t>(fd) < end; ++fd) ::close(fd);
}

char** environment() noexcept { return ::environ; }

}  // namespace conq::detail
