// SPDX-License-Identifier: Apache-2.0
// The exit of a process: reaped as soon as the kernel tells, reported once its terminal is drained.

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>

#include "device/throwing.hpp"
#include "engine/engine.hpp"

namespace conq::detail {
namespace {

/// Reaps `pid` if it has ended. SIGCHLD is the host's, so nothing but this process is looked at.
bool reap(pid_t pid, ExitStatus& status, std::error_code& ec) noexcept {
  int raw = 0;
  pid_t reaped = 0;
  do {
    reaped = ::waitpid(pid, &raw, WNOHANG);
  } while (reaped < 0 && errno == EINTR);
  if (reaped == 0) return false;
  if (reaped < 0) {
    ec = last_error();
  } else if (WIFSIGNALED(raw)) {
    status.signal = WTERMSIG(raw);
  } else {
    status.code = WEXITSTATUS(raw);
  }
  return true;
}

enum class Drained { yes, no, unknown };

/// Whether nothing is left to be read from `terminal` and nobody is still at it.
Drained drained(const Registration& terminal, const Dialect& dialect) noexcept {
  if (terminal.shut_down || terminal.closed || terminal.read_ended) return Drained::yes;
  if (terminal.read.busy || terminal.read.in_handler) return Drained::no;
  pollfd look{terminal.fd(), POLLIN, 0};
  int found = 0;
  do {
    found = ::poll(&look, 1, 0);
  } while (found < 0 && errno == EINTR);
  if (found < 0) return Drained::unknown;
  if (found == 0 || (look.revents & POLLIN) == 0) return Drained::yes;
  // Readable for good once it is hung up.
  const bool for_good = (look.revents & POLLHUP) != 0 && !dialect.hangup_leaves_bytes;
  return for_good ? Drained::yes : Drained::no;
}

}  // namespace

void Engine::add_exit(ExitRegistration& exit, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  const std::lock_guard lock(mutex_);
  ec.clear();
  if (closed_) {
    ec = errc::closed;
    return;
  }
  try {
    const std::uint64_t token = slots_.insert(exit, -1);
    exit.stream = backend_->add_exit(exit.pid, token, ec);
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
    return;
  }
  if (ec) {
    slots_.erase(exit);
    return;
  }
  exit.registered = true;
  exit.terminal->has_process = true;
  exit.self = std::static_pointer_cast<ExitRegistration>(exit.shared_from_this());
  // It may have ended before it was registered, and some kernels tell nothing then.
  look_at_exit(exit);
}

void Engine::look_at_exit(ExitRegistration& exit) noexcept {
  if (exit.over) return;
  Registration& terminal = *exit.terminal;
  const bool first = !exit.reaped;
  if (first) {
    if (!reap(exit.pid, exit.status, exit.error)) return;
    exit.reaped = true;
    unregister(exit);
    exit.stream.reset();
    look_for_hangup(terminal.read);
    look_for_hangup(terminal.write);
  }
  const Drained answer = drained(terminal, backend_->dialect());
  bool waits = answer == Drained::no;
  if (answer == Drained::unknown) {
    // Whoever reads it finds out, now or later; whoever asks for the exit meanwhile is told.
    const bool is_read = terminal.read.head != nullptr;
    // The kernel may hold more than it gives at a time.
    terminal.short_read_empties = false;
    if (first || !is_read) try_again(terminal.read);
    exit.read.ready = true;
    waits = is_read ? terminal.read.ready : exit.read.head == nullptr;
  }
  if (waits) {
    terminal.exit_watcher = &exit;
    return;
  }
  terminal.exit_watcher = nullptr;
  exit.over = true;
  exit.slave.reset();
  terminal.has_process = false;
  look_for_hangup(terminal.read);
  look_for_hangup(terminal.write);
  try_again(exit.read);
  // Last: nobody else may hold it.
  const std::shared_ptr<ExitRegistration> until_return = std::move(exit.self);
}

void Engine::tell_exit_watcher(Registration& terminal) noexcept {
  if (terminal.exit_watcher != nullptr) look_at_exit(*terminal.exit_watcher);
}

void Engine::kill(ExitRegistration& exit, bool group, int signal, std::error_code& ec) noexcept {
  if (of_parent(ec)) return;
  // Under the lock it is not reaped meanwhile, so its number is not another's.
  const std::lock_guard lock(mutex_);
  ec.clear();
  if (exit.reaped) {
    ec = std::make_error_code(std::errc::no_such_process);
  } else if (::kill(group ? -exit.pid : exit.pid, signal) != 0) {
    ec = last_error();
  }
}

}  // namespace conq::detail
