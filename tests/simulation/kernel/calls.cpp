// SPDX-License-Identifier: Apache-2.0
// The system calls of whatever is linked with the simulation: the linker sends each call of `read`
// to `__wrap_read`, and `__real_read` is the host's. Descriptors below first_descriptor are the
// host's own.

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdarg>
#include <cstring>

#include "tests/simulation/kernel/epoll.hpp"
#include "tests/simulation/kernel/kernel_calls.hpp"
#include "tests/simulation/kernel/system_call.hpp"

namespace conq::sim {
namespace {

template <class Body>
int call(Body body) {
  Result result;
  {
    SystemCall entered;
    result = body(entered);
  }
  return finish(result);
}

/// The number of /dev/tty, and of no other file.
constexpr dev_t alias_device = 1;

/// A read or write that waits for its turn, unless the file says not to.
template <class Attempt>
ssize_t transfer(int fd, Attempt attempt) {
  return call([&](SystemCall& entered) {
    const std::shared_ptr<File> file = entered.kernel.find(fd);
    if (file == nullptr) return Result::failure(EBADF);
    Result result = attempt(entered.kernel);
    while (result.error == EAGAIN && !file->non_blocking) {
      entered.block(
          [&] {
            // Asked more than once, but what it reads it reads once.
            if (result.error == EAGAIN) result = attempt(entered.kernel);
            return result.error != EAGAIN;
          },
          std::nullopt);
    }
    return result;
  });
}

Result control_descriptor(Kernel& kernel, int fd, int command, long argument) {
  const std::shared_ptr<File> file = kernel.find(fd);
  if (file == nullptr) return Result::failure(EBADF);
  switch (command) {
    case F_GETFL:
      return {file->access | (file->non_blocking ? O_NONBLOCK : 0), 0};
    case F_SETFL:
      file->non_blocking = (argument & O_NONBLOCK) != 0;
      return {};
    case F_GETFD:
      return {kernel.close_on_exec(fd) ? FD_CLOEXEC : 0, 0};
    case F_SETFD:
      kernel.set_close_on_exec(fd, (argument & FD_CLOEXEC) != 0);
      return {};
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      return kernel.install(file, command == F_DUPFD_CLOEXEC);
    default:
      return Result::failure(EINVAL);
  }
}

short ready_events(Kernel& kernel, const pollfd& asked) {
  const std::shared_ptr<File> file = kernel.find(asked.fd);
  if (file == nullptr) return POLLNVAL;
  return static_cast<short>(file->polled() &
                            (static_cast<unsigned>(asked.events) | POLLHUP | POLLERR));
}

Kernel::Deadline deadline_after_milliseconds(int milliseconds) {
  if (milliseconds < 0) return std::nullopt;
  return SystemCall::now() + std::chrono::milliseconds(milliseconds);
}

Result control_terminal(Kernel& kernel, int fd, unsigned long request, void* argument) {
  const std::shared_ptr<Pty> terminal = kernel.terminal(fd);
  const std::shared_ptr<File> file = kernel.find(fd);
  if (file == nullptr) return Result::failure(EBADF);
  if (request == FIONREAD && dynamic_cast<StreamEnd*>(file.get()) != nullptr) {
    *static_cast<int*>(argument) = static_cast<int>(file->state().read.data);
    return {};
  }
  if (terminal == nullptr) return Result::failure(ENOTTY);
  switch (request) {
    case FIONREAD: {
      const auto held = static_cast<std::size_t>(file->state().read.data);
      *static_cast<int*>(argument) = static_cast<int>(std::min(held, kernel.dialect().at_hand));
      return {};
    }
    case TIOCGWINSZ:
      *static_cast<winsize*>(argument) = terminal->size;
      return {};
    case TIOCSWINSZ:
      terminal->size = *static_cast<const winsize*>(argument);
      return {};
    default:
      return control_kernels_own(kernel, fd, *terminal, request, argument);
  }
}

}  // namespace
}  // namespace conq::sim

using namespace conq::sim;

// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

ssize_t __real_read(int fd, void* into, size_t size);
ssize_t __real_write(int fd, const void* from, size_t size);
int __real_close(int fd);
int __real_fcntl(int fd, int command, ...);
int __real_ioctl(int fd, unsigned long request, ...);
int __real_open(const char* path, int flags, ...);
int __real_poll(pollfd* asked, nfds_t count, int milliseconds);
int __real_fstat(int fd, struct stat* status);
int __real_stat(const char* path, struct stat* status);
int __real_isatty(int fd);
int __real_tcgetattr(int fd, termios* settings);
int __real_tcsetattr(int fd, int when, const termios* settings);
pid_t __real_waitpid(pid_t pid, int* status, int options);
int __real_kill(pid_t pid, int signal);
long __real_syscall(long number, ...);
int __real_dup(int fd);
int __real_shutdown(int fd, int how);
int __real_getsockopt(int fd, int level, int option, void* value, socklen_t* size);

ssize_t __wrap_read(int fd, void* into, size_t size) {
  if (!is_simulated(fd)) return __real_read(fd, into, size);
  return transfer(fd, [&](Kernel& kernel) {
    return kernel.read(fd, {static_cast<char*>(into), size});
  });
}

ssize_t __wrap_write(int fd, const void* from, size_t size) {
  if (!is_simulated(fd)) return __real_write(fd, from, size);
  std::span<const char> left(static_cast<const char*>(from), size);
  std::size_t done = 0;
  // A write that may block returns when all is written.
  for (;;) {
    const ssize_t count =
        transfer(fd, [&](Kernel& kernel) { return kernel.write(fd, left.subspan(done)); });
    if (count < 0) return done > 0 ? static_cast<ssize_t>(done) : count;
    done += static_cast<std::size_t>(count);
    if (done == size || (__wrap_fcntl(fd, F_GETFL) & O_NONBLOCK) != 0) {
      return static_cast<ssize_t>(done);
    }
  }
}

int __wrap_close(int fd) {
  if (!is_simulated(fd)) return __real_close(fd);
  return call([&](SystemCall& entered) { return Result::of(entered.kernel.close(fd)); });
}

int __wrap_fcntl(int fd, int command, ...) {
  va_list more;
  va_start(more, command);
  const long argument = va_arg(more, long);
  va_end(more);
  if (!is_simulated(fd)) return __real_fcntl(fd, command, argument);
  return call([&](SystemCall& entered) {
    return control_descriptor(entered.kernel, fd, command, argument);
  });
}

int __wrap_ioctl(int fd, unsigned long request, ...) {
  va_list more;
  va_start(more, request);
  void* const argument = va_arg(more, void*);
  va_end(more);
  if (!is_simulated(fd)) return __real_ioctl(fd, request, argument);
  return call(
      [&](SystemCall& entered) { return control_terminal(entered.kernel, fd, request, argument); });
}

int __wrap_open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int mode = va_arg(more, int);
  va_end(more);
  const bool master = std::strcmp(path, "/dev/ptmx") == 0;
  const std::string_view slaves = built_dialect().slave_path;
  const bool alias = std::strcmp(path, "/dev/tty") == 0;
  if (!master && !alias && !std::string_view(path).starts_with(slaves))
    return __real_open(path, flags, mode);
  return call([&](SystemCall& entered) {
    return master ? entered.kernel.open_master(flags) : entered.kernel.open(path, flags);
  });
}

int __wrap_posix_openpt(int flags) {
  return call([&](SystemCall& entered) { return entered.kernel.open_master(flags); });
}

int __wrap_grantpt(int fd) {
  return call([&](SystemCall& entered) {
    return entered.kernel.is_master(fd) ? Result{} : Result::failure(EINVAL);
  });
}
int __wrap_unlockpt(int fd) { return __wrap_grantpt(fd); }

int __wrap_ttyname_r(int fd, char* name, size_t size) {
  if (!is_simulated(fd)) return ENOTTY;
  SystemCall entered;
  const std::shared_ptr<Pty> terminal = entered.kernel.terminal(fd);
  if (terminal == nullptr || entered.kernel.is_master(fd)) return ENOTTY;
  const std::string path = entered.kernel.is_alias(fd) ? "/dev/tty" : terminal->slave_path();
  if (path.size() >= size) return ERANGE;
  std::memcpy(name, path.c_str(), path.size() + 1);
  return 0;
}

int __wrap_poll(pollfd* asked, nfds_t count, int milliseconds) {
  if (count == 0 || !is_simulated(asked[0].fd)) return __real_poll(asked, count, milliseconds);
  return call([&](SystemCall& entered) {
    int ready = 0;
    const auto look = [&] {
      ready = 0;
      for (nfds_t i = 0; i < count; ++i) {
        asked[i].revents = ready_events(entered.kernel, asked[i]);
        if (asked[i].revents != 0) ++ready;
      }
      return ready > 0;
    };
    if (!look() && milliseconds != 0) {
      entered.block(look, deadline_after_milliseconds(milliseconds));
    }
    return Result{ready, 0};
  });
}

int __wrap_fstat(int fd, struct stat* status) {
  if (!is_simulated(fd)) return __real_fstat(fd, status);
  return call([&](SystemCall& entered) {
    const std::shared_ptr<File> file = entered.kernel.find(fd);
    if (file == nullptr) return Result::failure(EBADF);
    *status = {};
    status->st_mode = entered.kernel.terminal(fd) != nullptr ? S_IFCHR : S_IFIFO;
    if (entered.kernel.is_alias(fd)) status->st_rdev = alias_device;
    return Result{};
  });
}

int __wrap_stat(const char* path, struct stat* status) {
  if (std::strcmp(path, "/dev/tty") != 0) return __real_stat(path, status);
  *status = {};
  status->st_mode = S_IFCHR;
  status->st_rdev = alias_device;
  return 0;
}

int __wrap_isatty(int fd) {
  if (!is_simulated(fd)) return __real_isatty(fd);
  SystemCall entered;
  return entered.kernel.terminal(fd) != nullptr ? 1 : 0;
}

int __wrap_tcgetattr(int fd, termios* settings) {
  if (!is_simulated(fd)) return __real_tcgetattr(fd, settings);
  return call([&](SystemCall& entered) {
    const std::shared_ptr<Pty> terminal = entered.kernel.terminal(fd);
    if (terminal == nullptr) {
      return Result::failure(entered.kernel.find(fd) == nullptr ? EBADF : ENOTTY);
    }
    *settings = terminal->settings;
    return Result{};
  });
}

int __wrap_tcsetattr(int fd, int when, const termios* settings) {
  if (!is_simulated(fd)) return __real_tcsetattr(fd, when, settings);
  return call([&](SystemCall& entered) {
    const std::shared_ptr<Pty> terminal = entered.kernel.terminal(fd);
    if (terminal == nullptr) return Result::failure(ENOTTY);
    terminal->settings = *settings;
    return Result{};
  });
}

int __wrap_pipe2(int* ends, int flags) {
  return call([&](SystemCall& entered) {
    int made[2];
    const Result result =
        entered.kernel.make_pipe(made, (flags & O_NONBLOCK) != 0, (flags & O_CLOEXEC) != 0);
    std::memcpy(ends, made, sizeof made);
    return result;
  });
}
int __wrap_pipe(int* ends) { return __wrap_pipe2(ends, 0); }

int __wrap_socketpair(int /*domain*/, int type, int /*protocol*/, int* ends) {
  return call([&](SystemCall& entered) {
    int made[2];
    const Result result =
        entered.kernel.make_sockets(made, type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC),
                                    (type & SOCK_NONBLOCK) != 0, (type & SOCK_CLOEXEC) != 0);
    std::memcpy(ends, made, sizeof made);
    return result;
  });
}

int __wrap_getsockopt(int fd, int level, int option, void* value, socklen_t* size) {
  if (!is_simulated(fd)) return __real_getsockopt(fd, level, option, value, size);
  return call([&](SystemCall& entered) {
    const auto end = std::dynamic_pointer_cast<StreamEnd>(entered.kernel.find(fd));
    if (end == nullptr || end->type() == 0) return Result::failure(ENOTSOCK);
    if (level != SOL_SOCKET || option != SO_TYPE) return Result::failure(ENOPROTOOPT);
    const int type = end->type();
    std::memcpy(value, &type, sizeof type);
    return Result{};
  });
}

int __wrap_shutdown(int fd, int how) {
  if (!is_simulated(fd)) return __real_shutdown(fd, how);
  return call([&](SystemCall& entered) {
    const auto end = std::dynamic_pointer_cast<StreamEnd>(entered.kernel.find(fd));
    if (end == nullptr) return Result::failure(ENOTSOCK);
    if (how != SHUT_RD) end->end_writing();
    return Result{};
  });
}

int __wrap_dup(int fd) { return is_simulated(fd) ? __wrap_fcntl(fd, F_DUPFD, 0) : __real_dup(fd); }

pid_t __wrap_waitpid(pid_t pid, int* status, int options) {
  if (pid < first_pid) return __real_waitpid(pid, status, options);
  return call([&](SystemCall& entered) {
    Kernel& kernel = entered.kernel;
    const std::shared_ptr<Process> child = kernel.find_process(pid);
    if (child != nullptr && (options & WNOHANG) == 0) {
      entered.block([&] { return child->ended(); }, std::nullopt);
    }
    int ignored = 0;
    return kernel.reap(pid, status != nullptr ? *status : ignored);
  });
}

int __wrap_kill(pid_t pid, int signal) {
  const pid_t asked = pid < 0 ? -pid : pid;
  if (asked < first_pid) return __real_kill(pid, signal);
  return call([&](SystemCall& entered) {
    const std::shared_ptr<Process> child = entered.kernel.find_process(asked);
    if (child == nullptr) return Result::failure(ESRCH);
    if (signal < 0 || signal >= NSIG) return Result::failure(EINVAL);
    if (signal != 0) child->kill(signal);
    return Result{};
  });
}

long __wrap_syscall(long number, ...) {
  va_list more;
  va_start(more, number);
  long arguments[6];
  for (long& each : arguments) each = va_arg(more, long);
  va_end(more);
  if (number == SYS_pidfd_open && static_cast<pid_t>(arguments[0]) >= first_pid) {
    return call([&](SystemCall& entered) {
      const auto child = entered.kernel.find_process(static_cast<pid_t>(arguments[0]));
      return child == nullptr ? Result::failure(ESRCH) : entered.kernel.install(child, true);
    });
  }
  return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                        arguments[4], arguments[5]);
}

int __wrap_eventfd(unsigned count, int flags) {
  return call([&](SystemCall& entered) {
    const auto file = std::make_shared<EventFd>(count);
    file->non_blocking = (flags & EFD_NONBLOCK) != 0;
    return entered.kernel.install(file, (flags & EFD_CLOEXEC) != 0);
  });
}

int __wrap_eventfd_write(int fd, eventfd_t value) {
  return __wrap_write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}

int __wrap_epoll_create1(int flags) {
  return call([&](SystemCall& entered) {
    if ((flags & ~EPOLL_CLOEXEC) != 0) return Result::failure(EINVAL);
    return entered.kernel.install(std::make_shared<Epoll>(entered.kernel),
                                  (flags & EPOLL_CLOEXEC) != 0);
  });
}

int __wrap_epoll_ctl(int queue, int operation, int fd, epoll_event* event) {
  return call([&](SystemCall& entered) {
    Kernel& kernel = entered.kernel;
    const std::shared_ptr<File> asked = kernel.find(queue);
    const std::shared_ptr<File> file = kernel.find(fd);
    if (asked == nullptr || fd < 0) return Result::failure(EBADF);
    if (!is_simulated(fd)) return Result::failure(EPERM);
    if (file == nullptr) return Result::failure(EBADF);
    const auto epoll = std::dynamic_pointer_cast<Epoll>(asked);
    return Result::of(epoll == nullptr ? EINVAL : epoll->control(operation, fd, file, event));
  });
}

int __wrap_epoll_wait(int queue, epoll_event* events, int room, int milliseconds) {
  return call([&](SystemCall& entered) {
    const std::shared_ptr<File> asked = entered.kernel.find(queue);
    if (asked == nullptr) return Result::failure(EBADF);
    const auto epoll = std::dynamic_pointer_cast<Epoll>(asked);
    if (epoll == nullptr || room <= 0) return Result::failure(EINVAL);
    if (entered.kernel.faults.interrupted(*epoll)) return Result::failure(EINTR);
    const auto deadline = deadline_after_milliseconds(milliseconds);
    std::vector<epoll_event> found = epoll->collect(static_cast<std::size_t>(room));
    // Another thread may take the events between being woken and looking.
    while (found.empty() && milliseconds != 0 &&
           entered.block([&] { return epoll->has_events(); }, deadline)) {
      found = epoll->collect(static_cast<std::size_t>(room));
    }
    entered.kernel.faults.epoll_events(found);
    if (found.size() > static_cast<std::size_t>(room)) found.resize(static_cast<std::size_t>(room));
    if (!found.empty()) ++entered.kernel.counts.waits;
    std::copy(found.begin(), found.end(), events);
    return Result{static_cast<ssize_t>(found.size()), 0};
  });
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
