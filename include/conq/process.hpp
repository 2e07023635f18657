// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conq/poller.hpp"

namespace conq {

/// How a process ended.
struct ExitStatus {
  int code = 0;    ///< exit status, if it exited
  int signal = 0;  ///< the signal that killed it, else 0
  /// As a shell's $?: the exit status, or 128 + the signal.
  int shell_status() const noexcept { return signal != 0 ? 128 + signal : code; }
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

using ExitHandler = Handler<std::error_code, ExitStatus>;

struct ProcessOptions {
  /// The program and its arguments; a name without a slash is looked up in the PATH of the process.
  std::vector<std::string> argv = {};
  /// The environment as "NAME=value"; by default the caller's.
  std::optional<std::vector<std::string>> environment = {};
  /// The working directory; by default the caller's.
  std::string directory = {};
  /// The window's size, set before the program starts.
  WinSize size = {};
  /// The terminal's settings (line editing, keys), set before the program starts; by default those
  /// a new pty has. console().reset() comes back to them.
  std::optional<termios> settings = {};
  /// A process that is gone does not come back, but what it left running may hold its terminal.
  Hangup hangup = Hangup::end;
  /// Descriptors to give besides 0, 1 and 2: ours, and the number it has in the process.
  std::vector<std::pair<int, int>> keep_fds = {};
};

class ExitAwaiter;

/// A process on a pty of its own, which is a console on a poller: leader of a new session, the pty
/// its controlling terminal and its stdin, stdout and stderr, every signal at its default and
/// unblocked, no descriptor but the wanted ones.
///
/// Its exit is reported after its last byte was read: wait() and async_wait() complete once the
/// process is reaped and nothing it wrote is left to be read from console() (or that was shut
/// down). So somebody has to read. SIGCHLD is left alone: the exit comes through a pidfd
/// (Linux 5.3) or EVFILT_PROC. Where the host reaps children itself, or ignores SIGCHLD, the error
/// is ECHILD.
///
/// One end of the pty is kept open here until then, since some kernels throw output away when the
/// last slave closes (XNU, ttyclose); not on FreeBSD, which would throw it away for that.
///
/// Dropping it does not end the process; that is reaped by the poller as long as it is served.
/// Members of an empty or moved-from one report errc::closed.
/// Thread-safety: as BasicChannel.
template <class Backend>
class BasicProcess {
 public:
  BasicProcess() noexcept;
  BasicProcess(BasicProcess&&) noexcept;
  BasicProcess& operator=(BasicProcess&&) noexcept;
  ~BasicProcess();

  /// Starts a program. Returns once it is running: errors of exec(2) and chdir(2) are reported
  /// here, "exec foo: No such file or directory". Errors: those, those of open_pty() and fork(2).
  static BasicProcess spawn(BasicPoller<Backend>& poller, const ProcessOptions& options);
  static BasicProcess spawn(BasicPoller<Backend>& poller, const ProcessOptions& options,
                            std::error_code& ec) noexcept;

  /// Also after its exit; -1 for none.
  pid_t pid() const noexcept;
  /// The master side of its terminal.
  BasicPolledConsole<Backend>& console() noexcept;

  /// Waits for the exit. Blocks only its caller, as read() does. May be called again.
  /// Errors: std::errc::resource_deadlock_would_occur in a handler or coroutine that has just read
  /// from console(): the exit comes after it. errc::shut_down once the poller is closed.
  ExitStatus wait();
  ExitStatus wait(std::error_code& ec) noexcept;
  /// The same for at most `limit`. Errors: errc::timed_out.
  ExitStatus wait_for(std::chrono::nanoseconds limit);
  ExitStatus wait_for(std::chrono::nanoseconds limit, std::error_code& ec) noexcept;
  /// `handler` is called in the poller's wait(). Errors: std::errc::operation_in_progress,
  /// std::errc::invalid_argument (an empty one).
  void async_wait(ExitHandler handler);
  void async_wait(ExitHandler handler, std::error_code& ec) noexcept;
  ExitAwaiter async_wait() noexcept;

  /// Sends a signal to the process. Errors: ESRCH once it was reaped: never another process.
  void kill(int signal);
  void kill(int signal, std::error_code& ec) noexcept;
  /// The same to its process group, as a key at its terminal does.
  void kill_group(int signal);
  void kill_group(int signal, std::error_code& ec) noexcept;

 private:
  static BasicProcess spawn(BasicPoller<Backend>& poller, const ProcessOptions& options,
                            std::string& failed_call, std::error_code& ec) noexcept;

  BasicPolledConsole<Backend> console_;
  std::shared_ptr<detail::Registration> exit_;
};

/// The exit of a process, to be awaited: gives an ExitStatus, throws Error.
class [[nodiscard]] ExitAwaiter {
 public:
  ExitAwaiter(const ExitAwaiter&) = delete;
  ExitAwaiter& operator=(const ExitAwaiter&) = delete;
  ~ExitAwaiter();
  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> continuation) noexcept;
  ExitStatus await_resume();

 private:
  template <class>
  friend class BasicProcess;
  explicit ExitAwaiter(std::shared_ptr<detail::Registration> exit) noexcept;
  std::shared_ptr<detail::Registration> exit_;
  detail::CoroutineOperation operation_;
  std::error_code refused_;
};

}  // namespace conq
