// SPDX-License-Identifier: Apache-2.0
#include "ending.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>

#include "files.hpp"
#include "messages.hpp"
#include "oom_watch.hpp"

namespace conq::conmon {
namespace {

void write_status(const std::string& path, int status) noexcept {
  try {
    write_file(path, std::to_string(status));
  } catch (const std::exception& error) {
    say_error(std::string("Failed to write the exit file: ") + error.what());
  }
}

[[noreturn]] void become_exit_command(const Options& options, const sigset_t& mask) {
  std::vector<char*> argv = {const_cast<char*>(options.exit_command.c_str())};
  for (const std::string& each : options.exit_command_args) {
    argv.push_back(const_cast<char*>(each.c_str()));
  }
  argv.push_back(nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  if (options.exit_delay > 0) ::sleep(static_cast<unsigned>(options.exit_delay));
  set_oom_score(0);
  ::execv(argv[0], argv.data());
  say_error("exec " + options.exit_command + ": " + std::strerror(errno));
  ::_exit(1);
}

}  // namespace

void write_exit_files(const Options& options, int status) noexcept {
  if (!options.persist_dir.empty()) write_status(options.persist_dir + "/exit", status);
  if (!options.exit_dir.empty()) write_status(options.exit_dir + "/" + options.cid, status);
}

int run_exit_command(const Options& options, const sigset_t& mask) noexcept {
  // The engine waits for the end of its pipe, not for the command.
  ::close_range(STDERR_FILENO + 1, UINT_MAX, 0);
  if (options.exit_command.empty()) return 0;
  // What it leaves behind is not ours.
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  const pid_t pid = ::fork();
  if (pid == 0) become_exit_command(options, mask);
  int status = 0;
  while (pid > 0 && ::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (pid < 0) say_error(std::string("fork: ") + std::strerror(errno));
  return pid < 0 || !WIFEXITED(status) ? 1 : WEXITSTATUS(status);
}

}  // namespace conq::conmon
