// SPDX-License-Identifier: Apache-2.0
// The container's life and its end.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "ending.hpp"
#include "files.hpp"
#include "messages.hpp"
#include "monitor.hpp"

namespace conq::conmon {
int exit_status(int status) noexcept {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : -1;
}

void Monitor::told(int signal) {
  if (signal == SIGIO) {
    if (attach_) attach_->let_in();
    return;
  }
  const pid_t whose = container_ > 0 ? container_ : runtime_;
  const bool ours = signal == SIGCHLD || signal == SIGUSR1;
  if (!ours && whose > 0 && ::kill(whose, signal) == 0) return;
  reap();
}

void Monitor::reap() {
  int status = 0;
  pid_t pid = 0;
  const pid_t runtime = runtime_;
  int runtime_status = -1;
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR)) {
    if (pid == runtime && pid > 0) {
      runtime_status = status;
      runtime_ = -1;
    } else if (pid == container_ && pid > 0) {
      container_ended(status);
    } else if (pid > 0 && !started_) {
      reaped_.emplace_back(pid, status);
    }
  }
  if (runtime_ != runtime) runtime_ended(runtime_status);
}

void Monitor::take(Stream stream, std::span<const std::byte> bytes) {
  // Who attached before the container was started sees its first byte.
  if (attach_ && !std::exchange(said_something_, true)) attach_->let_in();
  for (const auto& each : logs_) each->write(stream, bytes);
  // Of podman's buffer the rest of a longer message would be lost.
  while (attach_ && !bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), longest_read));
    attach_->send(stream, piece);
    bytes = bytes.subspan(piece.size());
  }
}

void Monitor::read_outputs() {
  if (!started_) return;
  out_.read();
  err_.read();
}

void Monitor::note_oom() {
  touch("oom");
  for (const std::string& each : {options_.bundle, options_.persist_dir}) {
    if (!each.empty()) touch(each + "/oom");
  }
}

void Monitor::time_out() {
  if (container_ <= 0) return;
  say(Level::info, "The container's time is over");
  timed_out_ = true;
  // A group of 1 would be all processes that there are.
  const pid_t group = ::getpgid(container_);
  ::kill(group > 1 ? -group : container_, SIGKILL);
  done_ = true;
}

void Monitor::container_ended(int status) {
  ended_ = true;
  container_ = -1;
  status_ = exit_status(status);
  timeout_ = {};
  out_.drain();
  err_.drain();
  look_for_end();
}

void Monitor::look_for_end() {
  if (done_ || !ended_ || !out_.ended() || !err_.ended()) return;
  if (attach_) attach_->finish();
  done_ = !attach_ || attach_->empty();
}

void Monitor::finish() {
  if (oom_) oom_->last_look();
  for (const auto& each : logs_) each->finish();
  // Ports are free again before anybody hears of the end.
  for (const int each : inherited_.others) ::close(each);
  if (attach_) attach_->close();
  if (!link_.empty()) ::unlink(link_.c_str());
  write_exit_files(options_, status_);
  if (options_.exec) sync_.tell(status_, timed_out_ ? "command timed out" : "");
}

}  // namespace conq::conmon
