// SPDX-License-Identifier: Apache-2.0
#include "runtime.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "files.hpp"
#include "messages.hpp"
#include "oom_watch.hpp"

namespace conq::conmon {
namespace {

void put(int from, int to) {
  if (from >= 0 && ::dup2(from, to) < 0) fail("dup2 to " + std::to_string(to));
}

/// Systemd's way to say whose the sockets from descriptor 3 on are.
void take_over_listen_pid(bool whosever) {
  const char* const listener = std::getenv("LISTEN_PID");
  if (listener == nullptr) return;
  if (!whosever && std::strtol(listener, nullptr, 10) != ::getppid()) return;
  if (::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1) != 0) fail("set LISTEN_PID");
}

void become_runtime(char* const* argv, const RuntimeStart& start) {
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("prctl(PR_SET_PDEATHSIG)");
  ::signal(SIGPIPE, SIG_DFL);
  if (::sigprocmask(SIG_SETMASK, start.mask, nullptr) != 0) fail("sigprocmask");
  put(start.in, STDIN_FILENO);
  put(start.out, STDOUT_FILENO);
  put(start.err, STDERR_FILENO);
  take_over_listen_pid(start.replace_listen_pid);
  // Somebody attaches first, or what the process says before that would be lost.
  char byte = 0;
  while (start.start_pipe >= 0 && ::read(start.start_pipe, &byte, 1) < 0 && errno == EINTR) {
  }
  set_oom_score(0);
  ::execv(argv[0], argv);
  fail(std::string("exec ") + argv[0]);
}

void append(std::vector<std::string>& to, const std::vector<std::string>& words) {
  to.insert(to.end(), words.begin(), words.end());
}

}  // namespace

std::vector<std::string> runtime_command(const Options& options,
                                         const std::string& console_socket) {
  std::vector<std::string> command = {options.runtime};
  if (options.systemd_cgroup && !options.exec) command.emplace_back("--systemd-cgroup");
  append(command, options.runtime_args);
  if (options.exec) {
    append(command, {"exec", "--pid-file", options.container_pidfile, "--process",
                     options.exec_process_spec, "--detach"});
    if (options.terminal) command.emplace_back("--tty");
  } else {
    append(command,
           {"create", "--bundle", options.bundle, "--pid-file", options.container_pidfile});
    if (options.no_pivot) command.emplace_back("--no-pivot");
    if (options.no_new_keyring) command.emplace_back("--no-new-keyring");
  }
  append(command, options.runtime_opts);
  if (!console_socket.empty()) append(command, {"--console-socket", console_socket});
  command.push_back(options.cid);
  return command;
}

pid_t start_runtime(const std::vector<std::string>& command, const RuntimeStart& start) {
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) fail("fork");
  if (pid > 0) return pid;
  try {
    become_runtime(argv.data(), start);
  } catch (const std::exception& error) {
    say_error(error.what());
  }
  ::_exit(127);
}

}  // namespace conq::conmon
