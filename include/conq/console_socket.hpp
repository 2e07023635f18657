// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <coroutine>
#include <memory>
#include <string>
#include <system_error>

#include "conq/console.hpp"
#include "conq/poller.hpp"

namespace conq {

/// Told the outcome of a receive: the error, or the master that has come.
using ConsoleHandler = Handler<std::error_code, Console>;

struct ConsoleSocketOptions {
  /// Where the socket is made; nothing may be there yet. By default "console" in a directory of its
  /// own, mode 0700, in XDG_RUNTIME_DIR, TMPDIR or /tmp, the first whose name is short enough.
  std::string path = {};
};

class ReceiveAwaiter;

/// The receiving side of the OCI runtimes' `--console-socket`: a unix stream socket through which a
/// runtime (`runc run`, `runc exec`, `crun`) hands over the master of the terminal that it made in
/// the container's own devpts. It takes one console of one peer: the first that connects. The
/// listening socket and its file are gone as soon as that one has, so a second is refused.
///
/// The message is what runc and crun send: a name, and with its last piece one descriptor
/// (SCM_RIGHTS). runc sends "/dev/ptmx" (libcontainer/init_linux.go, setupConsole; cmsg.go,
/// SendRawFd), crun a blank (src/libcrun/utils.c, send_fd_to_socket_with_payload). The name may
/// come in pieces; whatever follows the descriptor is not read. The name is for messages alone and
/// never opened: bytes that do not print become '?', a blank one gives way to the kernel's name for
/// it. The descriptor is close-on-exec from the moment it arrives (macOS has no such call: a fork
/// of another thread in that moment passes it on).
///
/// What a peer sends is not trusted. Besides what accept(2) and recvmsg(2) report, it ends in
///   errc::foreign_peer         the peer connected as a user that is neither ours nor root
///   errc::no_descriptor        it closed the connection without having sent one
///   errc::several_descriptors  it sent more than one at once
///   errc::descriptor_lost      the kernel dropped it (MSG_CTRUNC), for want of a free number
///   errc::not_a_pty_master     it is a file, a socket, a slave, a master not open for both ways
///   std::errc::message_size    a name of more than 4096 bytes
/// and every descriptor that came is closed then. No path is followed to find out.
///
/// Thread-safety: every member may be called from any thread, also while others receive; moving and
/// destroying it need the caller's own exclusion. Dropping it is shutdown() and close().
template <class Backend>
class BasicConsoleSocket {
 public:
  BasicConsoleSocket() noexcept;
  BasicConsoleSocket(BasicConsoleSocket&&) noexcept;
  BasicConsoleSocket& operator=(BasicConsoleSocket&&) noexcept;
  ~BasicConsoleSocket();

  /// Makes the socket, mode 0600, and listens: a runtime that is started after this reaches it.
  /// Errors: std::errc::filename_too_long (a `path` that does not fit in sockaddr_un: 107 bytes on
  /// Linux, 103 on macOS and the BSDs; the runtimes' limit, too), EADDRINUSE if there is anything
  /// at `path`, what mkdtemp(3), bind(2) and BasicPoller::add() report.
  static BasicConsoleSocket listen(BasicPoller<Backend>& poller,
                                   const ConsoleSocketOptions& options = {});
  static BasicConsoleSocket listen(BasicPoller<Backend>& poller,
                                   const ConsoleSocketOptions& options,
                                   std::error_code& ec) noexcept;

  /// Where it is, for `--console-socket`; empty by default and once moved from.
  const std::string& path() const noexcept;

  /// Waits for the console, which is the caller's then: to be put on a poller, or used as it is.
  /// Blocks only its caller, as BasicChannel::read() does; several queue up, first come, first
  /// served. After the one outcome, a console or one of the errors above, errc::closed. Errors
  /// besides those: errc::shut_down, errc::closed; EMFILE and ENFILE for the connection, after
  /// which one may try again.
  Console receive();
  Console receive(std::error_code& ec) noexcept;
  /// The same for at most `limit`. Errors: errc::timed_out; what has come so far stays, and one may
  /// try again.
  Console receive_for(std::chrono::nanoseconds limit);
  Console receive_for(std::chrono::nanoseconds limit, std::error_code& ec) noexcept;
  /// `handler` is called in the poller's wait(), exactly once; the Console is empty where the error
  /// is set. Errors: std::errc::operation_in_progress if one is pending already,
  /// std::errc::not_enough_memory.
  void async_receive(ConsoleHandler handler);
  void async_receive(ConsoleHandler handler, std::error_code& ec) noexcept;
  /// The same, to be awaited. Where `ec` is given it must outlive the operation.
  ReceiveAwaiter async_receive() noexcept;
  ReceiveAwaiter async_receive(std::error_code& ec) noexcept;

  /// Ends a pending asynchronous receive with std::errc::operation_canceled; it may be started
  /// again. Blocked callers stay.
  void cancel() noexcept;
  /// Ends pending and later receives, also of blocked callers, with errc::shut_down. Again: does
  /// nothing.
  void shutdown() noexcept;
  /// shutdown(); the socket, its file and the directory made for it are gone afterwards.
  /// Errors: errc::closed if that was done already.
  void close();
  void close(std::error_code& ec) noexcept;

 private:
  explicit BasicConsoleSocket(std::shared_ptr<detail::Registration> registration) noexcept;
  std::shared_ptr<detail::Registration> registration_;
};

/// A console to come, to be awaited: gives a Console, throws Error unless made by the form with an
/// error_code. It lives in the coroutine's frame; a frame destroyed while it waits takes the
/// operation back. Not copied or moved.
class [[nodiscard]] ReceiveAwaiter {
 public:
  ReceiveAwaiter(const ReceiveAwaiter&) = delete;
  ReceiveAwaiter& operator=(const ReceiveAwaiter&) = delete;
  ~ReceiveAwaiter();
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> continuation) noexcept;
  Console await_resume();

 private:
  template <class>
  friend class BasicConsoleSocket;
  ReceiveAwaiter(std::shared_ptr<detail::Registration> registration, std::error_code* ec) noexcept;
  std::shared_ptr<detail::Registration> registration_;
  detail::CoroutineOperation operation_;
  std::error_code refused_;
  Console received_;
  std::error_code* ec_;
};

}  // namespace conq
