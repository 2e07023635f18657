// SPDX-License-Identifier: Apache-2.0
#include "process/spawn.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>

#include "conq/fd.hpp"
#include "device/throwing.hpp"
#include "process/executable.hpp"
#include "process/spawn_kernel.hpp"

namespace conq::detail {
namespace {

enum class Step : int { terminal, descriptors, directory, exec };

/// What the child tells through the pipe before it gives up.
struct Failure {
  Step step;
  int error;
};

int number_behind(const std::vector<std::pair<int, int>>& keep_fds) noexcept {
  int highest = STDERR_FILENO;
  for (const auto& [ours, its] : keep_fds) highest = std::max(highest, its);
  return highest + 1;
}

/// All that the child needs, made before the fork: between fork and exec nothing may allocate,
/// since another thread may have held the allocator's lock at the fork.
struct Plan {
  Plan(const SpawnRequest& request, const Fd& child_report, const Fd& child_release)
      : slave_fd(request.slave_fd),
        report(child_report.get()),
        release(child_release.get()),
        directory(request.directory.empty() ? nullptr : request.directory.c_str()),
        keep_fds(request.keep_fds),
        above(number_behind(request.keep_fds)),
        variables(request.environment ? *request.environment : current_environment()),
        looked_up(request.argv.front().find('/') == std::string::npos),
        paths(candidates(request.argv.front(), variables)),
        argv(exec_array(request.argv)),
        environment(exec_array(variables)) {
    // As execvp(3): what exec calls no program is a script for sh, with its path as first argument.
    shell_argv.reserve(argv.size() + 1);
    shell_argv.push_back(shell.data());
    for (char* argument : argv) shell_argv.push_back(argument);
    for (const auto& [ours, its] : keep_fds) {
      sources.push_back(ours);
      targets.push_back(its);
    }
    if (child_release) sources.push_back(release);
    std::sort(sources.begin(), sources.end());
    targets.push_back(above);
    std::sort(targets.begin(), targets.end());
  }

  int slave_fd;
  int report;
  int release;  ///< at its end once the host has closed its slave; -1: not waited for
  const char* directory;
  std::vector<std::pair<int, int>> keep_fds;
  int above;  ///< the lowest number behind all that the program is given: for the report
  std::vector<std::string> variables;
  bool looked_up;
  std::vector<std::string> paths;
  std::string shell = "sh";
  std::vector<char*> argv;
  std::vector<char*> shell_argv;
  std::vector<char*> environment;
  std::vector<int> sources{slave_fd, report};  ///< what the child needs of ours, in order
  std::vector<int> targets{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO};  ///< what it ends up with
};

/// Blocks every signal in this thread for its lifetime: no handler of the host runs in the child.
class SignalsBlocked {
 public:
  SignalsBlocked() noexcept {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

// From here on to run_child: in the child, async-signal-safe calls alone.

[[noreturn]] void give_up(const Plan& plan, Step step) noexcept {
  const Failure failure{step, errno};
  while (::write(plan.report, &failure, sizeof failure) < 0 && errno == EINTR) {
  }
  ::_exit(127);
}

/// The host's handlers are gone from here on, so that signals may be let in later; and what came so
/// far was meant for the host, as a key at its terminal: to ignore a signal discards it.
void reset_dispositions() noexcept {
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) {
    ::sigaction(signal, &ignored, nullptr);
    ::sigaction(signal, &standard, nullptr);
  }
}

void unblock_signals() noexcept {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void close_all_but(const std::vector<int>& sorted) noexcept {
  int first = 0;
  for (const int kept : sorted) {
    if (first < kept) close_descriptors(first, kept - 1);
    first = kept + 1;
  }
  close_descriptors(first, last_descriptor);
}

/// The other end is the host's alone once ours is closed.
void wait_for_release(const Plan& plan) noexcept {
  char nothing = 0;
  while (::read(plan.release, &nothing, 1) < 0 && errno == EINTR) {
  }
}

/// Out of the way of the targets, so that none is overwritten before it was copied.
void move_up(const Plan& plan, int& fd) noexcept {
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, plan.above + 1);
  if (moved < 0) give_up(plan, Step::descriptors);
  fd = moved;
}

void put(const Plan& plan, int fd, int target) noexcept {
  if (::dup2(fd, target) < 0) give_up(plan, Step::descriptors);
}

/// Puts the descriptors where the program wants them and closes all others.
void arrange_descriptors(Plan& plan) noexcept {
  move_up(plan, plan.report);
  move_up(plan, plan.slave_fd);
  for (auto& [ours, its] : plan.keep_fds) move_up(plan, ours);
  for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; ++standard) {
    put(plan, plan.slave_fd, standard);
  }
  for (const auto& [ours, its] : plan.keep_fds) put(plan, ours, its);
  put(plan, plan.report, plan.above);
  if (::fcntl(plan.above, F_SETFD, FD_CLOEXEC) != 0) give_up(plan, Step::descriptors);
  plan.report = plan.above;
  close_all_but(plan.targets);
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
  if (denied != 0) {
    errno = denied;
  } else if (plan.looked_up) {
    errno = ENOENT;  // what became of the last folder of the path is no news of the program
  }
}

[[noreturn]] void run_child(Plan& plan) noexcept {
  if (::setsid() < 0) give_up(plan, Step::terminal);
  reset_dispositions();
  if (::ioctl(plan.slave_fd, TIOCSCTTY, 0) != 0) give_up(plan, Step::terminal);
  // At once, so that a host at its limit has room for the copies.
  close_all_but(plan.sources);
  if (plan.release >= 0) wait_for_release(plan);
  arrange_descriptors(plan);
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0) give_up(plan, Step::directory);
  // Only now: a key at the host's terminal must not stop us before we left its session.
  unblock_signals();
  exec_program(plan);
  give_up(plan, Step::exec);
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

/// The child's report: nothing, and no error, once exec has closed the pipe.
bool read_failure(int report, Failure& failure, std::error_code& ec) noexcept {
  const auto room = std::as_writable_bytes(std::span(&failure, 1));
  for (std::size_t done = 0; done < room.size();) {
    const ssize_t count = ::read(report, &room[done], room.size() - done);
    if (count == 0) return false;
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      ec = last_error();
      return false;
    }
  }
  return true;
}

bool has_zero_byte(const std::string& text) { return text.find('\0') != std::string::npos; }

/// What cannot be asked for. A 0 byte would silently cut the text short.
bool refuse(const SpawnRequest& request, std::error_code& ec, std::string& failed_call) {
  if (request.argv.empty() || request.argv.front().empty()) {
    failed_call = "exec a program without a name";
    ec = std::make_error_code(std::errc::no_such_file_or_directory);
    return true;
  }
  const auto misplaced = [](const auto& kept) { return kept.second <= STDERR_FILENO; };
  if (std::any_of(request.keep_fds.begin(), request.keep_fds.end(), misplaced)) {
    failed_call = "keep a descriptor as 0, 1 or 2";
    ec = std::make_error_code(std::errc::invalid_argument);
    return true;
  }
  const auto cut = [](const std::vector<std::string>& texts) {
    return std::any_of(texts.begin(), texts.end(), has_zero_byte);
  };
  if (cut(request.argv) || has_zero_byte(request.directory) ||
      (request.environment && cut(*request.environment))) {
    failed_call = "give a text with a 0 byte to a program";
    ec = std::make_error_code(std::errc::invalid_argument);
    return true;
  }
  return false;
}

}  // namespace

pid_t spawn(const SpawnRequest& request, std::error_code& ec, std::string& failed_call) {
  if (refuse(request, ec, failed_call)) return -1;
  Fd report;
  Fd child_report;
  failed_call = "make a pipe for " + request.argv.front();
  make_pipe(report, child_report, ec);
  if (ec) return -1;
  Fd release;
  Fd child_release;
  if (request.released_slave != nullptr) make_pipe(child_release, release, ec);
  if (ec) return -1;
  Plan plan(request, child_report, child_release);
  failed_call = "fork for " + request.argv.front();
  pid_t pid = -1;
  {
    const SignalsBlocked blocked;
    pid = ::fork();
    if (pid == 0) run_child(plan);
    if (pid < 0) ec = last_error();
  }
  if (pid < 0) return -1;
  child_report.reset();
  if (request.released_slave != nullptr) request.released_slave->reset();
  release.reset();
  Failure failure{};
  const bool gave_up = read_failure(report.get(), failure, ec);
  if (!gave_up && !ec) {
    failed_call.clear();
    return pid;
  }
  // Whether it runs is not known.
  if (ec) ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  failed_call = gave_up ? call_of(failure.step, request) : "start " + request.argv.front();
  if (gave_up) ec = {failure.error, std::system_category()};
  return -1;
}

}  // namespace conq::detail
