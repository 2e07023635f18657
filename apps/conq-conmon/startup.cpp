// SPDX-License-Identifier: Apache-2.0
#include "startup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "files.hpp"
#include "messages.hpp"

namespace conq::conmon {
namespace {

Fd named_by(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return Fd();
  char* end = nullptr;
  const long number = std::strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || number < 0 || number > 1 << 30) {
    errno = EINVAL;
    fail(std::string(variable) + "=" + text);
  }
  if (::fcntl(static_cast<int>(number), F_SETFD, FD_CLOEXEC) != 0) {
    fail(std::string(variable) + "=" + text);
  }
  return Fd(static_cast<int>(number));
}

}  // namespace

Inherited take_inherited() {
  Inherited inherited;
  DIR* const folder = ::opendir("/proc/self/fd");
  while (const dirent* const entry = folder == nullptr ? nullptr : ::readdir(folder)) {
    const int fd = static_cast<int>(std::strtol(&entry->d_name[0], nullptr, 10));
    if (fd > STDERR_FILENO && fd != ::dirfd(folder)) inherited.others.push_back(fd);
  }
  if (folder != nullptr) ::closedir(folder);
  inherited.sync = named_by("_OCI_SYNCPIPE");
  inherited.start = named_by("_OCI_STARTPIPE");
  inherited.attach = named_by("_OCI_ATTACHPIPE");
  for (const Fd* each : {&inherited.sync, &inherited.start, &inherited.attach}) {
    std::erase(inherited.others, each->get());
  }
  return inherited;
}

void wait_for_start(const Fd& start) {
  char byte = 0;
  ssize_t count = 0;
  do {
    count = start ? ::read(start.get(), &byte, 1) : 0;
  } while (count < 0 && errno == EINTR);
  if (count < 0) fail("read the start pipe");
}

void leave_parent(const Options& options) {
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) return;
  try {
    if (!options.conmon_pidfile.empty()) {
      // No newline: podman converts all that is in it.
      write_file(options.conmon_pidfile, std::to_string(child));
    }
  } catch (const std::exception& error) {
    say_error(std::string("Failed to write conmon pidfile: ") + error.what());
    ::kill(child, SIGKILL);
    ::_exit(1);
  }
  ::_exit(0);
}

void leave_standard_streams() {
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null) fail("open /dev/null");
  for (const int each : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(null.get(), each) < 0) fail("dup2 of /dev/null");
  }
}

}  // namespace conq::conmon
