// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/table.hpp"

#include <array>
#include <cerrno>

namespace conq::test {

const std::vector<Row>& table() {
  static const std::vector<Row> rows{
      // Terminals.
      {Call::open_ptmx,
       {EACCES, EAGAIN, EFAULT, EIO, EMFILE, ENFILE, ENODEV, ENOENT, ENOMEM, ENOSPC, ENXIO, EPERM},
       reported,
       "open a pty"},
      {Call::open_ptmx, {EINTR}, got_over},
      {Call::open_pts,
       {EACCES, EAGAIN, EIO, ELOOP, EMFILE, ENFILE, ENODEV, ENOENT, ENOMEM, ENOTDIR, ENXIO, EPERM},
       reported,
       "open a pty",
       Call::ioctl_tiocgptpeer,
       ENOTTY},
      {Call::open_pts, {EINTR}, got_over, {}, Call::ioctl_tiocgptpeer, ENOTTY},
      {Call::fstatfs,
       {EFAULT, EIO, ENOMEM, ENOSYS, EOVERFLOW},
       unsupported,
       "open a pty",
       Call::ioctl_tiocgptpeer,
       ENOTTY},
      {Call::fstat, {EBADF, EFAULT, ENOMEM, EOVERFLOW}, reported | no_console | no_master},
      {Call::fstat,
       {EBADF, EFAULT, ENOMEM, EOVERFLOW},
       reported | unsupported | no_console | no_master,
       {},
       Call::ioctl_tiocgptpeer,
       ENOTTY},
      {Call::ioctl_tiocsptlck, {EBADF, EFAULT, EIO}, reported, "open a pty"},
      {Call::ioctl_tiocsptlck, {EINVAL, ENOTTY}, no_console, "open a pty"},
      {Call::ioctl_tiocgptpeer,
       {EBADF, EIO, EMFILE, ENFILE, ENOMEM, EPERM},
       reported,
       "open a pty"},
      {Call::ioctl_tiocgptpeer, {EINTR}, got_over},
      // The path of another's slave is trusted only on a devpts, where /dev/ptmx need not be.
      {Call::ioctl_tiocgptpeer, {EINVAL, ENOTTY}, got_over | unsupported},
      {Call::ioctl_tiocgptn, {EBADF, EFAULT, EIO}, reported | no_console | no_master | got_over},
      {Call::ioctl_tiocgptn, {EINVAL, ENOTTY}, no_console | no_master | got_over},
      {Call::ioctl_tiocgdev, {EBADF, EFAULT, EINVAL, EIO, ENOTTY}, got_over},
      {Call::ttyname_r,
       {EBADF, ENODEV, ENOTTY, ERANGE},
       got_over,
       {},
       Call::ioctl_tiocgdev,
       ENOTTY},
      {Call::ioctl_fionread, {EBADF, EFAULT, EINVAL, EIO, ENOTTY}, got_over},
      {Call::ioctl_tiocgwinsz, {EBADF, EFAULT, EINVAL, EIO, ENOTTY}, reported, "size"},
      {Call::ioctl_tiocswinsz, {EBADF, EFAULT, EINVAL, EIO, ENOTTY}},
      {Call::isatty, {EBADF, EINVAL, ENOTTY}, no_console | got_over},
      {Call::tcgetattr, {EBADF, EIO}, reported | got_over},
      {Call::tcgetattr, {EINVAL, ENOTTY}, reported | no_console | got_over},
      {Call::tcsetattr, {EBADF, EINTR, EINVAL, EIO, ENOTTY}},

      // Console sockets.
      {Call::mkdtemp, {EACCES, EEXIST, EINVAL, ENOSPC}, reported, "make a console socket"},
      {Call::socket,
       {EACCES, EAFNOSUPPORT, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPROTONOSUPPORT},
       reported,
       "make a console socket"},
      {Call::bind,
       {EACCES, EADDRINUSE, EADDRNOTAVAIL, EBADF, EFAULT, EINVAL, ELOOP, ENAMETOOLONG, ENOENT,
        ENOMEM, ENOTDIR, ENOTSOCK, EROFS},
       reported,
       "make a console socket"},
      {Call::lstat,
       {EACCES, EFAULT, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR},
       reported | got_over},
      {Call::chmod,
       {EACCES, EFAULT, EIO, ELOOP, ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EPERM, EROFS},
       reported,
       "make a console socket"},
      {Call::listen, {EADDRINUSE, EBADF, ENOTSOCK, EOPNOTSUPP}, reported, "make a console socket"},
      {Call::accept4, {EBADF, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOTSOCK, EOPNOTSUPP}},
      {Call::accept4, {EINTR}, got_over},
      {Call::getsockopt, {EBADF, EFAULT, ENOPROTOOPT, ENOTSOCK}, reported | got_over},
      {Call::recvmsg, {EBADF, ECONNREFUSED, EFAULT, EINVAL, ENOMEM, ENOTCONN, ENOTSOCK}},
      {Call::recvmsg, {EINTR}, got_over},
      {Call::unlink,
       {EACCES, EBUSY, EFAULT, EIO, ELOOP, ENOENT, ENOMEM, ENOTDIR, EPERM, EROFS},
       got_over},
      {Call::rmdir, {EACCES, EBUSY, EINVAL, ELOOP, ENOENT, ENOTEMPTY, EPERM, EROFS}, got_over},

      // Queues.
      {Call::epoll_create1, {EINVAL, EMFILE, ENFILE, ENOMEM}, reported, "console queue"},
      {Call::eventfd, {EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM}, reported, "console queue"},
      {Call::epoll_ctl_add, {EBADF, EEXIST, EINVAL, ELOOP, ENOENT, ENOMEM, ENOSPC}},
      {Call::epoll_ctl_mod, {EBADF, EINVAL, ENOENT, ENOMEM, EPERM}, reported | got_over},
      {Call::epoll_ctl_del, {EBADF, EINVAL, ENOENT, ENOMEM, EPERM}, got_over},
      {Call::epoll_wait, {EBADF, EFAULT, EINVAL}, reported | got_over},
      {Call::epoll_wait, {EINTR}, got_over},
      {Call::eventfd_write, {EINTR}, got_over},
      {Call::fcntl_getfl, {EBADF}, reported | no_master},
      {Call::fcntl_setfl, {EBADF, EPERM}},

      // Bytes.
      {Call::read, {EBADF, EFAULT, EINVAL, EISDIR, ENOBUFS, ENOMEM, EOVERFLOW}},
      {Call::read, {EAGAIN, EINTR}, got_over},
      {Call::write,
       {EBADF, EDESTADDRREQ, EDQUOT, EFAULT, EFBIG, EINVAL, ENOBUFS, ENOMEM, ENOSPC, EPERM, EPIPE},
       // The end-of-file key of a relay is one that may not be there.
       reported | got_over},
      {Call::write, {EAGAIN, EINTR}, got_over},
      {Call::shutdown, {EBADF, EINVAL, ENOTCONN, ENOTSOCK}, got_over},
      {Call::close, {EBADF, EDQUOT, EINTR, EIO, ENOSPC}, got_over},

      // Processes.
      {Call::pipe2, {EFAULT, EINVAL, EMFILE, ENFILE}, reported, "make a pipe for"},
      {Call::fork, {EAGAIN, ENOMEM, ENOSYS}, reported, "fork for"},
      {Call::setsid, {EPERM}, reported, "take the controlling terminal for"},
      {Call::ioctl_tiocsctty,
       {EBADF, EIO, ENOTTY, EPERM},
       reported,
       "take the controlling terminal for"},
      {Call::sigaction, {EFAULT, EINVAL}, got_over},
      {Call::close_range, {EINVAL, EMFILE, ENOMEM, ENOSYS, EPERM}, got_over},
      {Call::open_fds,
       {EACCES, EMFILE, ENFILE, ENOENT, ENOMEM, ENOTDIR},
       got_over,
       {},
       Call::close_range,
       ENOSYS},
      {Call::getdents64,
       {EBADF, EFAULT, EINVAL, ENOENT, ENOTDIR},
       got_over,
       {},
       Call::close_range,
       ENOSYS},
      {Call::fcntl_dupfd, {EBADF, EINVAL, EMFILE}},
      {Call::fcntl_setfd, {EBADF}},
      {Call::dup2, {EBADF, EBUSY, EINTR, EMFILE}, reported, "arrange the descriptors of"},
      {Call::chdir, {EACCES, EFAULT, EIO, ELOOP, ENOENT, ENOMEM, ENOTDIR}, reported, "chdir /"},
      {Call::execve,
       {E2BIG, EACCES, EAGAIN, EFAULT, EINVAL, EIO, EISDIR, ELIBBAD, ELOOP, EMFILE, ENFILE, ENOENT,
        ENOMEM, ENOTDIR, EPERM, ETXTBSY},
       reported,
       "exec /"},
      {Call::pidfd_open,
       {EINVAL, EMFILE, ENFILE, ENODEV, ENOMEM, ENOSYS},
       reported,
       "watch process"},
      // For one descriptor the kernel needs no memory.
      {Call::poll, {EFAULT, EINTR, EINVAL, ENOMEM}, got_over},
      {Call::waitpid, {EINTR}, got_over},
      {Call::kill, {EINVAL, EPERM, ESRCH}, reported, "kill"},
  };
  return rows;
}

std::span<const std::string_view> calls_that_cannot_fail() {
  static constexpr std::array<std::string_view, 14> names{
      "_exit",
      "cfmakeraw",
      "confstr",  // of a variable that POSIX wants to be known
      "environ",  // no function
      "getenv",
      "geteuid",
      "getrlimit",  // of a resource that is known
      "pthread_sigmask",
      "sigemptyset",
      "sigfillset",
      "sigprocmask",
      // What POSIX has for opening a pty, of which nothing is called on Linux.
      "grantpt",
      "posix_openpt",
      "unlockpt",
  };
  return names;
}

}  // namespace conq::test
