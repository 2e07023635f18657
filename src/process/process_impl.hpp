// SPDX-License-Identifier: Apache-2.0
#pragma once

// The typed face of a process and its exit. Included only where it is instantiated for a backend.

#include <signal.h>
#include <sys/wait.h>

#include <new>
#include <string>

#include "conq/process.hpp"
#include "conq/pty.hpp"
#include "device/throwing.hpp"
#include "engine/engine.hpp"
#include "engine/names.hpp"
#include "process/spawn.hpp"

namespace conq {
namespace detail {

inline ExitRegistration& as_exit(const std::shared_ptr<Registration>& exit) noexcept {
  return static_cast<ExitRegistration&>(*exit);
}

/// For a child that cannot be watched: it must not go on unseen, nor stay as a zombie.
inline void kill_and_reap(pid_t pid) noexcept {
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// The master is taken anew, as a Console remembers for reset() what it finds.
inline void set_terminal(Pty& pty, const termios& settings, std::error_code& ec) {
  if (::tcsetattr(pty.slave.get(), TCSANOW, &settings) != 0) {
    ec = last_error();
    return;
  }
  std::string name = pty.master.name();
  pty.master = Console::from_fd(pty.master.release(), std::move(name), ec);
}

inline ExitStatus wait_for_exit(const std::shared_ptr<Registration>& exit, Deadline deadline,
                                std::error_code& ec) noexcept {
  if (exit == nullptr) {
    ec = errc::closed;
    return {};
  }
  BlockedOperation operation;
  operation.size = 1;
  exit->engine->run_blocked(exit->read, operation, deadline);
  ec = operation.error;
  return ec ? ExitStatus{} : as_exit(exit).status;
}

inline void kill_process(const std::shared_ptr<Registration>& exit, bool group, int signal,
                         std::error_code& ec) noexcept {
  if (exit == nullptr) {
    ec = errc::closed;
  } else {
    exit->engine->kill(as_exit(exit), group, signal, ec);
  }
}

}  // namespace detail

template <class Backend>
BasicProcess<Backend>::BasicProcess() noexcept = default;
template <class Backend>
BasicProcess<Backend>::BasicProcess(BasicProcess&&) noexcept = default;
template <class Backend>
BasicProcess<Backend>& BasicProcess<Backend>::operator=(BasicProcess&&) noexcept = default;
template <class Backend>
BasicProcess<Backend>::~BasicProcess() = default;

template <class Backend>
auto BasicProcess<Backend>::spawn(BasicPoller<Backend>& poller, const ProcessOptions& options)
    -> BasicProcess {
  std::error_code ec;
  std::string failed_call;
  BasicProcess process = spawn(poller, options, failed_call, ec);
  detail::throw_if(ec, failed_call, {});
  return process;
}

template <class Backend>
auto BasicProcess<Backend>::spawn(BasicPoller<Backend>& poller, const ProcessOptions& options,
                                  std::error_code& ec) noexcept -> BasicProcess {
  std::string ignored;
  return spawn(poller, options, ignored, ec);
}

template <class Backend>
auto BasicProcess<Backend>::spawn(BasicPoller<Backend>& poller, const ProcessOptions& options,
                                  std::string& failed_call, std::error_code& ec) noexcept
    -> BasicProcess {
  BasicProcess process;
  pid_t pid = -1;
  try {
    failed_call = "open a pty";
    Pty pty = open_pty(options.size, ec);
    if (ec) return {};
    if (options.settings) {
      failed_call = "set " + pty.master.name();
      detail::set_terminal(pty, *options.settings, ec);
      if (ec) return {};
    }
    auto exit = std::make_shared<detail::ExitRegistration>(poller.engine_, detail::Kind::exit);
    failed_call = "add " + pty.master.name();
    process.console_ = poller.add(std::move(pty.master), AddOptions{options.hangup}, ec);
    if (ec) return {};
    detail::SpawnRequest request;
    request.argv = options.argv;
    request.environment = options.environment;
    request.directory = options.directory;
    request.slave_fd = pty.slave.get();
    if (!poller.engine_->dialect().slave_is_kept) request.released_slave = &pty.slave;
    request.keep_fds = options.keep_fds;
    pid = detail::spawn(request, ec, failed_call);
    if (ec) return {};
    failed_call = "watch process " + std::to_string(pid);
    exit->pid = pid;
    exit->terminal = process.console_.registration_;
    exit->slave = std::move(pty.slave);
    poller.engine_->add_exit(*exit, ec);
    process.exit_ = std::move(exit);
  } catch (const std::bad_alloc&) {
    ec = std::make_error_code(std::errc::not_enough_memory);
  }
  if (!ec) return process;
  if (pid > 0) detail::kill_and_reap(pid);
  return {};
}

template <class Backend>
pid_t BasicProcess<Backend>::pid() const noexcept {
  return exit_ == nullptr ? -1 : detail::as_exit(exit_).pid;
}

template <class Backend>
BasicPolledConsole<Backend>& BasicProcess<Backend>::console() noexcept {
  return console_;
}

template <class Backend>
ExitStatus BasicProcess<Backend>::wait() {
  std::error_code ec;
  const ExitStatus status = wait(ec);
  detail::throw_if_failed(ec, "wait for", exit_);
  return status;
}

template <class Backend>
ExitStatus BasicProcess<Backend>::wait(std::error_code& ec) noexcept {
  return detail::wait_for_exit(exit_, std::nullopt, ec);
}

template <class Backend>
ExitStatus BasicProcess<Backend>::wait_for(std::chrono::nanoseconds limit) {
  std::error_code ec;
  const ExitStatus status = wait_for(limit, ec);
  detail::throw_if_failed(ec, "wait for", exit_);
  return status;
}

template <class Backend>
ExitStatus BasicProcess<Backend>::wait_for(std::chrono::nanoseconds limit,
                                           std::error_code& ec) noexcept {
  return detail::wait_for_exit(exit_, detail::deadline_after(limit), ec);
}

template <class Backend>
void BasicProcess<Backend>::async_wait(ExitHandler handler) {
  std::error_code ec;
  async_wait(std::move(handler), ec);
  detail::throw_if_failed(ec, "wait for", exit_);
}

template <class Backend>
void BasicProcess<Backend>::async_wait(ExitHandler handler, std::error_code& ec) noexcept {
  if (exit_ == nullptr) {
    ec = errc::closed;
  } else {
    exit_->engine->start(exit_->read, detail::Waiter::handler, nullptr, 1, std::move(handler), ec);
  }
}

template <class Backend>
ExitAwaiter BasicProcess<Backend>::async_wait() noexcept {
  return ExitAwaiter(exit_);
}

template <class Backend>
void BasicProcess<Backend>::kill(int signal) {
  std::error_code ec;
  kill(signal, ec);
  detail::throw_if_failed(ec, "kill", exit_);
}

template <class Backend>
void BasicProcess<Backend>::kill(int signal, std::error_code& ec) noexcept {
  detail::kill_process(exit_, false, signal, ec);
}

template <class Backend>
void BasicProcess<Backend>::kill_group(int signal) {
  std::error_code ec;
  kill_group(signal, ec);
  detail::throw_if_failed(ec, "kill the process group of", exit_);
}

template <class Backend>
void BasicProcess<Backend>::kill_group(int signal, std::error_code& ec) noexcept {
  detail::kill_process(exit_, true, signal, ec);
}

}  // namespace conq
