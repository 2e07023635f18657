// SPDX-License-Identifier: Apache-2.0
#include "process/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "conq/fd.hpp"
#include "device/throwing.hpp"
#include "process/descriptors_kernel.hpp"
#include "process/executable.hpp"

namespace conq::detail {
namespace {

enum class Step : int { terminal, descriptors, directory, exec };

/// What the child tells through the pipe before it gives up.
struct Failure {
  Step step;
  int error;
};

/// All that the child needs, made before the fork: between fork and exec nothing may allocate, since
/// another thread may have held the allocator's lock at the fork.
struct Plan {
  explicit Plan(const SpawnRequest& request)
      : slave_fd(request.slave_fd),
        directory(request.directory.empty() ? nullptr : request.directory.c_str()),
        keep_fds(request.keep_fds),
        variables(request.environment ? *request.environment : current_environment()),
        paths(candidates(request.argv.front(), variables)),
        argv(exec_array(request.argv)),
        environment(exec_array(variables)) {
    // As execvp(3): what exec calls no program is a script for sh, with its path as first argument.
    shell_argv.reserve(argv.size() + 1);
    shell_argv.push_back(shell.data());
    for (char* argument : argv) shell_argv.push_back(argument);
    for (const auto& [ours, its] : keep_fds) highest = std::max(highest, its);
  }

  int slave_fd;
  const char* directory;
  std::vector<std::pair<int, int>> keep_fds;
  std::vector<std::string> variables;
  std::vector<std::string> paths;
  std::string shell = "sh";
  std::vector<char*> argv;
  std::vector<char*> shell_argv;
  std::vector<char*> environment;
  int highest = STDERR_FILENO;  ///< the highest descriptor that the program is given
};

/// Blocks every signal in this thread for its lifetime: no handler of the host runs in the child.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// From here on to run_child: in the child, async-signal-safe calls alone.

[[noreturn]] void give_up(int report, Step step) noexcept {
  const Failure failure{step, errno};
  [[maybe_unused]] const ssize_t written = ::write(report, &failure, sizeof failure);
  ::_exit(127);
}

void reset_signals() noexcept {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool is_kept(const Plan& plan, int fd) noexcept {
  return std::any_of(plan.keep_fds.begin(), plan.keep_fds.end(),
                     [fd](const auto& kept) { return kept.second == fd; });
}

/// Puts the descriptors where the program wants them and closes all others. `report` moves behind them.
void arrange_descriptors(Plan& plan, int& report) noexcept {
  const int above = plan.highest + 1;
  // First all out of the way, so that no number is overwritten before it was copied.
  const int moved = ::fcntl(report, F_DUPFD_CLOEXEC, above + 1);
  if (moved < 0) give_up(report, Step::descriptors);
  report = moved;
  for (auto& [ours, its] : plan.keep_fds) {
    ours = ::fcntl(ours, F_DUPFD, above + 1);
    if (ours < 0) give_up(report, Step::descriptors);
  }
  const int slave = ::fcntl(plan.slave_fd, F_DUPFD, above + 1);
  if (slave < 0) give_up(report, Step::descriptors);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(slave, standard) < 0) give_up(report, Step::descriptors);
  }
  for (const auto& [ours, its] : plan.keep_fds) {
    if (::dup2(ours, its) < 0) give_up(report, Step::descriptors);
  }
  if (::dup2(report, above) < 0 || ::fcntl(above, F_SETFD, FD_CLOEXEC) != 0) {
    give_up(report, Step::descriptors);
  }
  report = above;
  for (int fd = STDERR_FILENO + 1; fd < above; ++fd) {
    if (!is_kept(plan, fd)) ::close(fd);
  }
  close_from(above + 1);
}

void exec_program(Plan& plan) noexcept {
  int denied = 0;
  for (std::string& path : plan.paths) {
    ::execve(path.c_str(), plan.argv.data(), plan.environment.data());
    if (errno == ENOEXEC) {
      plan.shell_argv[1] = path.data();
      ::execve("/bin/sh", plan.shell_argv.data(), plan.environment.data());
    }
    if (errno == EACCES) denied = errno;
    if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) return;
  }
  if (denied != 0) errno = denied;
}

[[noreturn]] void run_child(Plan& plan, int report) noexcept {
  reset_signals();
  if (::setsid() < 0 || ::ioctl(plan.slave_fd, TIOCSCTTY, 0) != 0) give_up(report, Step::terminal);
  arrange_descriptors(plan, report);
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0) give_up(report, Step::directory);
  exec_program(plan);
  give_up(report, Step::exec);
}

std::string call_of(Step step, const SpawnRequest& request) {
  switch (step) {
    case Step::terminal:
      return "take the controlling terminal for " + request.argv.front();
    case Step::descriptors:
      return "arrange the descriptors of " + request.argv.front();
    case Step::directory:
      return "chdir " + request.directory;
    case Step::exec:
      break;
  }
  return "exec " + request.argv.front();
}

/// The child's report: nothing once exec has closed the pipe.
bool read_failure(int report, Failure& failure) noexcept {
  ssize_t count = 0;
  do {
    count = ::read(report, &failure, sizeof failure);
  } while (count < 0 && errno == EINTR);
  return count == static_cast<ssize_t>(sizeof failure);
}

}  // namespace

pid_t spawn(const SpawnRequest& request, std::error_code& ec, std::string& failed_call) {
  if (request.argv.empty() || request.argv.front().empty()) {
    failed_call = "exec a program without a name";
    ec = std::make_error_code(std::errc::no_such_file_or_directory);
    return -1;
  }
  const auto misplaced = [](const auto& kept) { return kept.second <= STDERR_FILENO; };
  if (std::any_of(request.keep_fds.begin(), request.keep_fds.end(), misplaced)) {
    failed_call = "keep a descriptor as 0, 1 or 2";
    ec = std::make_error_code(std::errc::invalid_argument);
    return -1;
  }
  Plan plan(request);
  Fd report;
  Fd child_report;
  failed_call = "make a pipe for " + request.argv.front();
  make_pipe(report, child_report, ec);
  if (ec) return -1;
  failed_call = "fork for " + request.argv.front();
  pid_t pid = -1;
  {
    const SignalsBlocked blocked;
    pid = ::fork();
    if (pid == 0) run_child(plan, child_report.get());
    if (pid < 0) ec = last_error();
  }
  if (pid < 0) return -1;
  child_report.reset();
  Failure failure{};
  if (!read_failure(report.get(), failure)) {
    failed_call.clear();
    return pid;
  }
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  ec = {failure.error, std::system_category()};
  failed_call = call_of(failure.step, request);
  return -1;
}

}  // namespace conq::detail
