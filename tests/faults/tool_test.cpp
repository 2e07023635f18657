// SPDX-License-Identifier: Apache-2.0
// Every call and every allocation of the tool fails in turn: it says so, or gets over it; its
// terminal is as it was, and nothing is left behind.

#include "tests/cli/tool.hpp"

#include <gtest/gtest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <set>

#include "tests/faults/faults.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {
namespace {

/// What the tool is to do, and does where nothing fails.
struct Errand {
  std::string_view name;
  Start start;
  std::string input;  ///< typed, or piped into stdin
  int status = 0;
  std::vector<std::string> shows;  ///< on stdout or the terminal
};

struct Seen {
  int status = 0;
  std::string text;  ///< of stdout, stderr and the terminal
};

/// No fault: everything is disturbed.
constexpr Fault storm{Call::count, -1};

long runs = 0;

/// Ends when none of this process's children, nor of those of the tool that ended, is left.
bool nobody_is_left() {
  return eventually([] { return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD; });
}

/// A command that has to be typed something waits for that. Where it cannot come the user ends it.
bool starves(const Errand& errand, const Fault& fault) {
  const bool of_input =
      fault.call == Call::read || fault.call == Call::write || fault.call == Call::tcgetattr;
  return !errand.input.empty() && of_input && fault.error != EINTR;
}

Seen play(const Errand& errand, const Fault& fault, const std::string& counts) {
  ++runs;
  // Of the run before.
  arm({});
  disarm();
  Start start = errand.start;
  start.program = CONQ_TOOL_WITH_FAULTS;
  start.environment.emplace_back("CONQ_FAULT", std::to_string(static_cast<unsigned>(fault.call)) +
                                                   " " + std::to_string(fault.error) + " " +
                                                   std::to_string(fault.nth));
  start.environment.emplace_back("CONQ_FAULT_COUNTS", counts);
  Seen seen;
  {
    Tool tool(start);
    if (start.in == Stream::terminal) tool.type(errand.input);
    if (start.in == Stream::pipe) {
      tool.write_in(errand.input);
      tool.close_in();
    }
    if (starves(errand, fault)) {
      eventually([&] { return faults_made() > 0 || !is_alive(tool.pid()); });
      ::kill(tool.pid(), SIGTERM);
    }
    if (start.out == Stream::pipe) seen.text += tool.rest_of_out();
    if (start.err == Stream::pipe) seen.text += tool.rest_of_err();
    seen.status = tool.wait();
    seen.text += tool.unseen();
    EXPECT_EQ(settings_of(tool.terminal()), tool.settings_before()) << "the terminal's settings";
  }
  EXPECT_TRUE(nobody_is_left()) << "a process is left behind";
  return seen;
}

bool is_whole(const Errand& errand, const Seen& seen) {
  if (seen.status != errand.status) return false;
  return std::all_of(errand.shows.begin(), errand.shows.end(), [&](const std::string& text) {
    return seen.text.find(text) != std::string::npos;
  });
}

/// Whether the run was whole, or said what is wrong.
void is_clear(const Errand& errand, const Fault& fault, const Seen& seen,
              std::string_view message) {
  // Before it was ready for that, or after.
  constexpr int by_signal = 1000 + SIGTERM;
  const bool ended =
      starves(errand, fault) && (seen.status == 128 + SIGTERM || seen.status == by_signal);
  EXPECT_TRUE(ended || is_whole(errand, seen) || seen.text.find(message) != std::string::npos)
      << errand.name << ": " << name_of(fault.call) << " number " << fault.nth << " failed ("
      << message << "): status " << seen.status << "\n"
      << seen.text;
  EXPECT_TRUE(ended || seen.status < 256) << "killed by a signal";
}

constexpr std::array<std::string_view, 4> errand_names{"Terminal", "Pipes", "UpToTheEnd",
                                                       "UpStopped"};

/// What each call of the tool's may fail with; of some errors of a kind one is enough here.
struct ToolRow {
  Call call;
  std::vector<int> errors;
};

const std::vector<ToolRow>& tool_table() {
  static const std::vector<ToolRow> rows{
      {Call::chdir, {EACCES}},
      {Call::close, {EIO}},
      {Call::dup2, {EBUSY}},
      {Call::epoll_create1, {EMFILE}},
      {Call::epoll_ctl_add, {ENOMEM, ENOSPC}},
      {Call::epoll_ctl_del, {ENOENT}},
      {Call::epoll_ctl_mod, {ENOMEM}},
      {Call::epoll_wait, {EBADF, EINTR}},
      {Call::eventfd, {EMFILE}},
      {Call::eventfd_write, {EINTR}},
      {Call::execve, {EACCES, ENOENT, E2BIG}},
      {Call::fchmod, {EPERM}},
      {Call::fcntl_dupfd, {EMFILE}},
      {Call::fcntl_getfl, {EBADF}},
      {Call::fcntl_setfd, {EBADF}},
      {Call::fcntl_setfl, {EPERM}},
      {Call::fork, {EAGAIN, ENOMEM}},
      {Call::fstat, {EOVERFLOW}},
      {Call::ftruncate, {EIO}},
      {Call::getrlimit, {EFAULT}},
      {Call::ioctl_tiocgdev, {ENOTTY}},
      {Call::ioctl_tiocgptn, {EIO}},
      {Call::ioctl_tiocgptpeer, {EMFILE, EINTR, ENOTTY}},
      {Call::ioctl_tiocgwinsz, {ENOTTY}},
      {Call::ioctl_tiocsctty, {EPERM}},
      {Call::ioctl_tiocsptlck, {EIO}},
      {Call::ioctl_tiocswinsz, {EIO}},
      {Call::isatty, {ENOTTY}},
      {Call::kill, {EPERM}},
      {Call::lstat, {EACCES}},
      {Call::open, {EMFILE}},
      {Call::open_ptmx, {ENOSPC, EINTR}},
      {Call::open_pts, {EMFILE}},
      {Call::pidfd_open, {EMFILE, ENOSYS}},
      {Call::close_range, {ENOSYS}},
      {Call::pipe, {EMFILE}},
      {Call::pipe2, {ENFILE}},
      {Call::poll, {EINTR, ENOMEM}},
      {Call::pthread_atfork, {ENOMEM}},
      {Call::read, {EBADF, EINTR}},
      {Call::setsid, {EPERM}},
      {Call::sigaction, {EINVAL}},
      {Call::stat, {EACCES}},
      {Call::tcgetattr, {EIO}},
      {Call::tcsetattr, {EIO, EINTR}},
      {Call::ttyname_r, {ENODEV}},
      {Call::waitpid, {EINTR}},
      {Call::write, {ENOSPC, EINTR}},
  };
  return rows;
}

std::set<long> numbers_of_interest(long count) {
  std::set<long> numbers;
  for (const long number : {1L, 2L, count}) {
    if (number <= count) numbers.insert(number);
  }
  return numbers;
}

class ToolFails : public testing::TestWithParam<std::size_t> {
 protected:
  ToolFails() {
    // Whoever loses its parent becomes a child of ours.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    dir_.file("Procfile", "first: echo from the first\nsecond: echo from the second $WORD\n");
    dir_.file(".env", "WORD=known\n");
    dir_.file("stopped", "first: echo from the first; exit 5\nsecond: exec sleep 1000\n");
  }
  static void TearDownTestSuite() { std::cout << runs << " runs of the tool\n"; }

  Errand the_errand() const {
    Errand errand{errand_names.at(GetParam()), {}, {}, 0, {}};
    const std::string folder = dir_.path();
    errand.start.directory = folder;
    if (errand.name == "Terminal") {
      errand.input = "word\n";
      errand.status = 3;
      errand.shows = {"got word"};
      errand.start.arguments = {
          "run", "--overwrite", "--record", folder + "/cast",
          "--",  "/bin/sh",     "-c",       "read line; echo \"got $line\"; exit 3"};
      return errand;
    }
    errand.start.out = errand.start.err = Stream::pipe;
    if (errand.name == "Pipes") {
      errand.input = "words";
      errand.status = 4;
      errand.shows = {"got words"};
      errand.start.in = Stream::pipe;
      errand.start.arguments = {"run", "--", "/bin/sh", "-c", "echo got $(cat); exit 4"};
      return errand;
    }
    errand.start.in = Stream::null;
    if (errand.name == "UpToTheEnd") {
      errand.shows = {"from the first", "from the second known"};
      errand.start.arguments = {"up", "--keep-going"};
    } else {
      errand.status = 5;
      errand.shows = {"from the first"};
      errand.start.arguments = {"up", "-f", "stopped", "-t", "0.1"};
    }
    return errand;
  }
  std::string counts() const { return dir_ / "counts"; }

 private:
  // The tool shares what it counts with this process, in which no allocation is to fail.
  OwnAllocations own_;
  TempDir dir_;
};

TEST_P(ToolFails, CallByCall) {
  const Errand errand = the_errand();
  share_counts(counts().c_str());
  EXPECT_TRUE(is_whole(errand, play(errand, {}, counts())));
  std::array<long, call_count> made{};
  for (std::size_t call = 0; call < call_count; ++call) {
    made.at(call) = calls_made(static_cast<Call>(call));
  }
  for (const ToolRow& row : tool_table()) {
    for (const long nth : numbers_of_interest(made.at(static_cast<std::size_t>(row.call)))) {
      for (const int error : row.errors) {
        const Fault fault{row.call, error, nth};
        is_clear(errand, fault, play(errand, fault, counts()), std::strerror(error));
      }
    }
  }
}

TEST_P(ToolFails, NothingInAStorm) {
  const Errand errand = the_errand();
  share_counts(counts().c_str());
  for (int time = 0; time < 5; ++time) {
    const Seen seen = play(errand, storm, counts());
    EXPECT_TRUE(is_whole(errand, seen)) << errand.name << ": " << seen.status << "\n" << seen.text;
    EXPECT_GT(calls_disturbed(), 0);
  }
}

TEST_P(ToolFails, AllocationByAllocation) {
  const Errand errand = the_errand();
  share_counts(counts().c_str());
  for (long nth = 1;; nth += CONQ_ALLOCATION_STEP) {
    const Fault fault{Call::operator_new, 0, nth};
    const Seen seen = play(errand, fault, counts());
    if (faults_made() == 0) {
      EXPECT_TRUE(is_whole(errand, seen)) << seen.text;
      return;
    }
    is_clear(errand, fault, seen, "memory");
  }
}

INSTANTIATE_TEST_SUITE_P(Tool, ToolFails, testing::Range<std::size_t>(0, errand_names.size()),
                         [](const auto& test) { return std::string(errand_names.at(test.param)); });

}  // namespace
}  // namespace conq::test
