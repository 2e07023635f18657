// SPDX-License-Identifier: Apache-2.0
// What conq calls instead of the C library: each counts, fails, disturbs, or passes on.

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdlib>
#include <string_view>

#include "tests/faults/faults.hpp"
#include "tests/faults/queues.hpp"

namespace {

using conq::test::Call;
using conq::test::fails;
using conq::test::in_storm;
using conq::test::next_in_storm;
using conq::test::note_disturbed;

bool interrupted() noexcept {
  if (!in_storm() || next_in_storm() % 2 == 0) return false;
  note_disturbed();
  errno = EINTR;
  return true;
}

/// What a storm makes of a call that moves bytes.
enum class Disturbance { none, interrupted, cut_short, put_off };

Disturbance disturbance() noexcept {
  if (!in_storm()) return Disturbance::none;
  constexpr std::array all{Disturbance::none, Disturbance::interrupted, Disturbance::cut_short,
                           Disturbance::interrupted, Disturbance::put_off};
  const Disturbance made = all.at(next_in_storm() % all.size());
  if (made != Disturbance::none) note_disturbed();
  return made;
}

/// Writes of few bytes to one are atomic.
bool is_pipe(int fd) noexcept {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/// `move(size)` with less, or nothing, moved. The kernel's promise is kept: whoever was told that
/// there is no more has an event when there is.
template <class Move>
ssize_t move_disturbed(int fd, std::size_t size, Move move) noexcept {
  switch (disturbance()) {
    case Disturbance::none:
      break;
    case Disturbance::interrupted:
      errno = EINTR;
      return -1;
    case Disturbance::cut_short: {
      if (is_pipe(fd) && size <= PIPE_BUF) break;
      const ssize_t count = move(std::max<std::size_t>(size / 3, 1));
      const int error = errno;
      conq::test::tell_again(fd);
      errno = error;
      return count;
    }
    case Disturbance::put_off:
      if (!conq::test::tell_again(fd)) break;
      errno = EAGAIN;
      return -1;
  }
  return move(size);
}

/// EAGAIN, too, keeps that promise, and is not given where nobody would be told.
bool moving_fails(Call call, int fd) noexcept {
  if (!fails(call)) return false;
  const int error = errno;
  const bool failed = error != EAGAIN || conq::test::tell_again(fd);
  errno = error;
  return failed;
}

Call call_of_open(std::string_view path) noexcept {
  if (path == "/dev/ptmx") return Call::open_ptmx;
  if (path.starts_with("/dev/pts/")) return Call::open_pts;
  return path == "/proc/self/fd" ? Call::open_fds : Call::open;
}

Call call_of_fcntl(int command) noexcept {
  switch (command) {
    case F_GETFD:
      return Call::fcntl_getfd;
    case F_GETFL:
      return Call::fcntl_getfl;
    case F_SETFD:
      return Call::fcntl_setfd;
    case F_SETFL:
      return Call::fcntl_setfl;
    default:
      return Call::fcntl_dupfd;
  }
}

Call call_of_ioctl(unsigned long request) noexcept {
  switch (request) {
    case FIONREAD:
      return Call::ioctl_fionread;
    case TIOCGDEV:
      return Call::ioctl_tiocgdev;
    case TIOCGPTN:
      return Call::ioctl_tiocgptn;
    case TIOCGPTPEER:
      return Call::ioctl_tiocgptpeer;
    case TIOCGWINSZ:
      return Call::ioctl_tiocgwinsz;
    case TIOCSCTTY:
      return Call::ioctl_tiocsctty;
    case TIOCSPTLCK:
      return Call::ioctl_tiocsptlck;
    default:
      return Call::ioctl_tiocswinsz;
  }
}

Call call_of_number(long number) noexcept {
  if (number == SYS_pidfd_open) return Call::pidfd_open;
  return number == SYS_close_range ? Call::close_range : Call::getdents64;
}

Call call_of_change(int operation) noexcept {
  if (operation == EPOLL_CTL_ADD) return Call::epoll_ctl_add;
  return operation == EPOLL_CTL_DEL ? Call::epoll_ctl_del : Call::epoll_ctl_mod;
}

}  // namespace

extern "C" {

int conq_fault_accept4(int fd, sockaddr* from, socklen_t* size, int flags) {
  return fails(Call::accept4) || interrupted() ? -1 : ::accept4(fd, from, size, flags);
}

int conq_fault_bind(int fd, const sockaddr* to, socklen_t size) {
  return fails(Call::bind) ? -1 : ::bind(fd, to, size);
}

int conq_fault_chmod(const char* path, mode_t mode) {
  return fails(Call::chmod) ? -1 : ::chmod(path, mode);
}

int conq_fault_getsockopt(int fd, int level, int option, void* value, socklen_t* size) {
  return fails(Call::getsockopt) ? -1 : ::getsockopt(fd, level, option, value, size);
}

int conq_fault_listen(int fd, int waiting) {
  return fails(Call::listen) ? -1 : ::listen(fd, waiting);
}

char* conq_fault_mkdtemp(char* pattern) {
  return fails(Call::mkdtemp) ? nullptr : ::mkdtemp(pattern);
}

ssize_t conq_fault_recvmsg(int fd, msghdr* message, int flags) {
  return fails(Call::recvmsg) || interrupted() ? -1 : ::recvmsg(fd, message, flags);
}

int conq_fault_rmdir(const char* path) { return fails(Call::rmdir) ? -1 : ::rmdir(path); }

int conq_fault_socket(int domain, int type, int protocol) {
  return fails(Call::socket) ? -1 : ::socket(domain, type, protocol);
}

int conq_fault_chdir(const char* path) { return fails(Call::chdir) ? -1 : ::chdir(path); }

int conq_fault_close(int fd) {
  const bool failed = fails(Call::close);
  const int error = errno;
  conq::test::forget_descriptor(fd);
  // Whatever Linux reports, the descriptor is closed.
  const int result = ::close(fd);
  if (!failed) return result;
  errno = error;
  return -1;
}

int conq_fault_dup2(int from, int to) { return fails(Call::dup2) ? -1 : ::dup2(from, to); }

int conq_fault_epoll_create1(int flags) {
  return fails(Call::epoll_create1) ? -1 : ::epoll_create1(flags);
}

int conq_fault_epoll_ctl(int queue, int operation, int fd, epoll_event* event) {
  if (fails(call_of_change(operation))) return -1;
  return conq::test::change_queue(queue, operation, fd, event);
}

int conq_fault_epoll_wait(int queue, epoll_event* events, int room, int limit) {
  if (fails(Call::epoll_wait)) return -1;
  if (!in_storm()) return ::epoll_wait(queue, events, room, limit);
  // Whoever watches this queue is told of what stays on it.
  conq::test::tell_again(queue);
  return interrupted() ? -1 : ::epoll_wait(queue, events, 1, limit);
}

int conq_fault_eventfd(unsigned value, int flags) {
  return fails(Call::eventfd) ? -1 : ::eventfd(value, flags);
}

int conq_fault_eventfd_write(int fd, eventfd_t value) {
  return fails(Call::eventfd_write) || interrupted() ? -1 : ::eventfd_write(fd, value);
}

int conq_fault_execve(const char* path, char* const* argv, char* const* environment) {
  return fails(Call::execve) ? -1 : ::execve(path, argv, environment);
}

int conq_fault_fchmod(int fd, mode_t mode) { return fails(Call::fchmod) ? -1 : ::fchmod(fd, mode); }

int conq_fault_fcntl(int fd, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  const long argument = va_arg(arguments, long);
  va_end(arguments);
  return fails(call_of_fcntl(command)) ? -1 : ::fcntl(fd, command, argument);
}

pid_t conq_fault_fork() { return fails(Call::fork) ? -1 : ::fork(); }

int conq_fault_fstat(int fd, struct stat* status) {
  return fails(Call::fstat) ? -1 : ::fstat(fd, status);
}

int conq_fault_fstatfs(int fd, struct statfs* status) {
  return fails(Call::fstatfs) ? -1 : ::fstatfs(fd, status);
}

int conq_fault_ftruncate(int fd, off_t size) {
  return fails(Call::ftruncate) ? -1 : ::ftruncate(fd, size);
}

int conq_fault_getrlimit(int resource, rlimit* limit) {
  return fails(Call::getrlimit) ? -1 : ::getrlimit(static_cast<__rlimit_resource>(resource), limit);
}

int conq_fault_ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  const unsigned long argument = va_arg(arguments, unsigned long);
  va_end(arguments);
  if (fails(call_of_ioctl(request))) return -1;
  // It opens a terminal.
  if (request == TIOCGPTPEER && interrupted()) return -1;
  return ::ioctl(fd, request, argument);
}

int conq_fault_isatty(int fd) { return fails(Call::isatty) ? 0 : ::isatty(fd); }

int conq_fault_kill(pid_t pid, int signal) { return fails(Call::kill) ? -1 : ::kill(pid, signal); }

int conq_fault_lstat(const char* path, struct stat* status) {
  return fails(Call::lstat) ? -1 : ::lstat(path, status);
}

int conq_fault_open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const Call call = call_of_open(path);
  if (fails(call)) return -1;
  // To open a terminal waits for others that open or close it; to open a file waits for nobody.
  if ((call == Call::open_ptmx || call == Call::open_pts) && interrupted()) return -1;
  return ::open(path, flags, mode);
}

long conq_fault_syscall(long number, ...) {
  va_list arguments;
  va_start(arguments, number);
  std::array<long, 3> given{};
  for (long& each : given) each = va_arg(arguments, long);
  va_end(arguments);
  const Call call = call_of_number(number);
  if (fails(call)) return -1;
  return ::syscall(number, given[0], given[1], given[2]);
}

int conq_fault_pipe(int* ends) { return fails(Call::pipe) ? -1 : ::pipe(ends); }
int conq_fault_pipe2(int* ends, int flags) {
  return fails(Call::pipe2) ? -1 : ::pipe2(ends, flags);
}

int conq_fault_poll(pollfd* fds, nfds_t count, int limit) {
  return fails(Call::poll) || interrupted() ? -1 : ::poll(fds, count, limit);
}

int conq_fault_pthread_atfork(void (*prepare)(), void (*parent)(), void (*child)()) {
  // Returned, not in errno.
  return fails(Call::pthread_atfork) ? errno : ::pthread_atfork(prepare, parent, child);
}

ssize_t conq_fault_read(int fd, void* into, std::size_t size) {
  if (moving_fails(Call::read, fd)) return -1;
  return move_disturbed(fd, size, [&](std::size_t room) { return ::read(fd, into, room); });
}

int conq_fault_setrlimit(int resource, const rlimit* limit) {
  return fails(Call::setrlimit) ? -1 : ::setrlimit(static_cast<__rlimit_resource>(resource), limit);
}

pid_t conq_fault_setsid() { return fails(Call::setsid) ? -1 : ::setsid(); }

int conq_fault_shutdown(int fd, int how) {
  return fails(Call::shutdown) ? -1 : ::shutdown(fd, how);
}

int conq_fault_sigaction(int signal, const struct sigaction* action, struct sigaction* before) {
  return fails(Call::sigaction) ? -1 : ::sigaction(signal, action, before);
}

int conq_fault_sigprocmask(int how, const sigset_t* set, sigset_t* before) {
  return fails(Call::sigprocmask) ? -1 : ::sigprocmask(how, set, before);
}

int conq_fault_stat(const char* path, struct stat* status) {
  return fails(Call::stat) ? -1 : ::stat(path, status);
}

int conq_fault_tcgetattr(int fd, termios* settings) {
  return fails(Call::tcgetattr) ? -1 : ::tcgetattr(fd, settings);
}

pid_t conq_fault_tcgetpgrp(int fd) { return fails(Call::tcgetpgrp) ? -1 : ::tcgetpgrp(fd); }

int conq_fault_tcsetattr(int fd, int when, const termios* settings) {
  return fails(Call::tcsetattr) ? -1 : ::tcsetattr(fd, when, settings);
}

int conq_fault_ttyname_r(int fd, char* name, std::size_t size) {
  return fails(Call::ttyname_r) ? errno : ::ttyname_r(fd, name, size);
}

int conq_fault_unlink(const char* path) { return fails(Call::unlink) ? -1 : ::unlink(path); }

pid_t conq_fault_waitpid(pid_t pid, int* status, int options) {
  return fails(Call::waitpid) || interrupted() ? -1 : ::waitpid(pid, status, options);
}

ssize_t conq_fault_write(int fd, const void* from, std::size_t size) {
  if (moving_fails(Call::write, fd)) return -1;
  return move_disturbed(fd, size, [&](std::size_t room) { return ::write(fd, from, room); });
}

}  // extern "C"
