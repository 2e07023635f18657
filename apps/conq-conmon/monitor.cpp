// SPDX-License-Identifier: Apache-2.0
// The container's start. Its life and its end are in monitor_life.cpp.
#include "monitor.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "files.hpp"
#include "messages.hpp"
#include "runtime.hpp"

namespace conq::conmon {
namespace {

/// What podman takes of a runtime's words.
constexpr std::size_t most_words = 8191;

const char* key(const Options& options) {
  if (options.api_version) return "data";
  return options.exec ? "exit_code" : "pid";
}

bool passes_through(const Options& options) {
  return std::any_of(options.logs.begin(), options.logs.end(), [](const LogTarget& each) {
    return each.driver == LogTarget::Driver::passthrough;
  });
}

/// Not yet reaped; a pid that a file tells may be anybody's.
bool is_child(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

struct PipeEnds {
  Fd read, write;
};

PipeEnds make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(&ends[0], O_CLOEXEC) != 0) fail("make a pipe");
  // So that a user of less rights in the container may open /dev/stdout anew.
  ::fchmod(ends[0], 0777);
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace

Monitor::Monitor(Poller& poller, const Options& options, Inherited inherited, Logs logs)
    : poller_(poller),
      options_(options),
      passthrough_(passes_through(options)),
      inherited_(std::move(inherited)),
      logs_(std::move(logs)),
      sync_(std::move(inherited_.sync), key(options)),
      signals_(poller, [this](int signal) { told(signal); }) {
  sink_.take = [this](Stream stream, std::span<const std::byte> bytes) { take(stream, bytes); };
  sink_.full = [this] { return attach_ && attach_->full(); };
  sink_.ended = [this] { look_for_end(); };
}

int Monitor::run() {
  try {
    start();
  } catch (const std::exception& error) {
    give_up(error.what());
  }
  while (!done_) {
    try {
      poller_.wait_for(std::chrono::nanoseconds::max());
    } catch (const std::exception& error) {
      if (started_) {
        say_error(error.what());
      } else {
        give_up(error.what());
      }
    }
  }
  if (!started_) return 1;
  finish();
  return status_;
}

void Monitor::start() {
  // Whoever started us may wait for the end of these.
  if (!passthrough_) leave_standard_streams();
  ::setsid();
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) fail("become a subreaper");
  if (!options_.sdnotify_socket.empty()) {
    notify_.emplace(poller_, options_.bundle, options_.sdnotify_socket);
  }
  if (!options_.bundle.empty() && !passthrough_) serve_clients();
  PipeEnds in;
  PipeEnds out;
  PipeEnds err;
  if (!passthrough_) err = make_pipe();
  if (!passthrough_ && !options_.terminal) out = make_pipe();
  if (out.read && options_.stdin_open) in = make_pipe();
  RuntimeStart start{in.read.get(), out.write.get(), err.write.get(), -1, false, &mask()};
  start.replace_listen_pid = options_.replace_listen_pid;
  if (options_.exec_attach) {
    SyncPipe(std::move(inherited_.attach), key(options_)).tell(0);
    start.start_pipe = inherited_.start.get();
  }
  if (options_.terminal) receive_console();
  runtime_ = start_runtime(runtime_command(options_, console_socket_.path()), start);
  if (passthrough_) leave_standard_streams();
  open_pipes(std::move(in.write), std::move(out.read), std::move(err.read));
}

void Monitor::serve_clients() {
  if (!options_.full_attach) {
    link_ = options_.socket_dir_path + "/" + options_.cuuid;
    ::unlink(link_.c_str());
    if (::symlink(options_.bundle.c_str(), link_.c_str()) != 0) fail("make the link " + link_);
  }
  attach_.emplace(poller_, options_.bundle, input_, [this] {
    if (options_.stdin_open && !options_.leave_stdin_open) input_.end();
  });
  attach_->on_room([this] {
    read_outputs();
    look_for_end();
  });
  control_.emplace(poller_, options_.bundle,
                   ControlHandlers{[this](WinSize size) { resize(size); },
                                   [this] {
                                     for (const auto& each : logs_) each->reopen();
                                   }});
}

void Monitor::open_pipes(Fd in, Fd out, Fd err) {
  if (in) {
    stdin_ = poller_.add(std::move(in));
    input_.open(stdin_, true);
  } else if (!options_.terminal) {
    input_.close();
  }
  if (out) {
    stdout_ = poller_.add(std::move(out));
    out_.open(stdout_, false, false);
  }
  if (err) {
    stderr_ = poller_.add(std::move(err));
    err_.open(stderr_, false, true);
    err_.read();
  }
}

void Monitor::receive_console() {
  console_socket_ = ConsoleSocket::listen(poller_);
  console_socket_.async_receive([this](std::error_code ec, Console console) {
    // The runtime has left: what it has sent is there.
    if (ec == std::errc::operation_canceled) {
      console = console_socket_.receive_for(std::chrono::milliseconds(100), ec);
    }
    if (ec && runtime_done_) return give_up("Runtime did not set up terminal");
    if (ec) return give_up("receive the console: " + ec.message());
    console_came(std::move(console));
    if (runtime_done_) container_started();
  });
}

void Monitor::console_came(Console console) {
  termios settings{};
  if (::tcgetattr(console.fd(), &settings) == 0) {
    settings.c_oflag |= ONLCR;
    ::tcsetattr(console.fd(), TCSANOW, &settings);
  }
  // Nobody may have the other side yet, or for a while: that is no end.
  console_ = poller_.add(std::move(console), {Hangup::wait});
  if (control_) control_->look();
  if (size_ != WinSize{}) resize(size_);
  out_.open(console_, true, false);
  input_.open(console_, false);
}

void Monitor::resize(WinSize size) {
  size_ = size;
  std::error_code ec;
  if (console_) console_.resize(size, ec);
  if (ec) say_warning("Failed to set the window's size: " + ec.message());
}

void Monitor::runtime_ended(int status) {
  runtime_ = -1;
  runtime_done_ = true;
  if (status != 0) {
    return give_up("Failed to create container: exit status " +
                   std::to_string(exit_status(status)));
  }
  if (options_.terminal && !console_) return console_socket_.cancel();
  container_started();
}

pid_t Monitor::pid_in_file() const {
  const std::string text = read_file(options_.container_pidfile, 32);
  const long pid = std::strtol(text.c_str(), nullptr, 10);
  if (pid <= 0) throw std::runtime_error("no process id in " + options_.container_pidfile);
  return static_cast<pid_t>(pid);
}

void Monitor::container_started() {
  container_ = pid_in_file();
  started_ = true;
  // In the old kind of exec the one message is the exit status.
  if (options_.api_version || !options_.exec) sync_.tell(container_);
  oom_.emplace(poller_, container_, [this] { note_oom(); });
  if (options_.timeout > 0) {
    timeout_ = Alarm(poller_, std::chrono::seconds(options_.timeout), [this] { time_out(); });
  }
  err_.release();
  out_.read();
  // The start took more than a container that only waits needs, and there may be many of those.
  ::malloc_trim(0);
  if (const int* const status = reaped(container_)) return container_ended(*status);
  if (!is_child(container_)) {
    say_error("The container's process is no descendant of ours: its end cannot be told");
    container_ended(-1);
  }
}

const int* Monitor::reaped(pid_t pid) const {
  const auto found = std::find_if(reaped_.begin(), reaped_.end(),
                                  [pid](const auto& each) { return each.first == pid; });
  return found == reaped_.end() ? nullptr : &found->second;
}

void Monitor::give_up(const std::string& why) {
  if (done_) return;
  done_ = true;
  // Nobody else removes its file.
  std::error_code closed_already;
  console_socket_.close(closed_already);
  say_error(why);
  const std::string words = err_.words(most_words);
  sync_.tell(end_what_is_left(), words.empty() ? why : words);
}

int Monitor::end_what_is_left() {
  if (runtime_ > 0) ::kill(runtime_, SIGKILL);
  try {
    const pid_t left = pid_in_file();
    const int* const status = reaped(left);
    // podman's way to hear of a process whose runtime failed after it had run.
    if (status != nullptr && options_.exec && *status != 0) return -exit_status(*status);
    if (is_child(left)) ::kill(left, SIGKILL);
  } catch (const std::exception& error) {
    say_debug(error.what());
  }
  return -1;
}

}  // namespace conq::conmon
