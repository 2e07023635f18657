// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/tool.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/read_until.hpp"

namespace conq::test {
namespace {

constexpr int signalled = 1000;

std::pair<Fd, Fd> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("pipe");
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return {Fd(ends[0]), Fd(ends[1])};
}

/// Both ends of a stream: what the test keeps, what the tool gets.
struct Ends {
  Fd ours, theirs;
};

Ends make_stream(Stream kind, bool to_tool, int slave) {
  switch (kind) {
    case Stream::terminal:
      return {{}, Fd(::fcntl(slave, F_DUPFD_CLOEXEC, 3))};
    case Stream::null:
      return {{}, Fd(::open("/dev/null", O_RDWR | O_CLOEXEC))};
    case Stream::folder:
      return {{}, Fd(::open("/", O_RDONLY | O_CLOEXEC))};
    case Stream::closed:
      return {};
    case Stream::pipe:
      break;
  }
  auto [read_end, write_end] = make_pipe();
  if (to_tool) return {std::move(write_end), std::move(read_end)};
  return {std::move(read_end), std::move(write_end)};
}

void set_environment(const Start& start) {
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  ::unsetenv("PORT");
  for (const auto& [name, value] : start.environment) {
    if (value) {
      ::setenv(name.c_str(), value->c_str(), 1);
    } else {
      ::unsetenv(name.c_str());
    }
  }
}

[[noreturn]] void become(const Start& start, int slave, const std::array<Ends, 3>& streams) {
  ::setsid();
  ::ioctl(slave, TIOCSCTTY, 0);
  // Above the numbers they are to get, so that none is overwritten before it is taken.
  std::array<int, 3> from{};
  for (std::size_t fd = 0; fd < streams.size(); ++fd) {
    const int theirs = streams.at(fd).theirs.get();
    from.at(fd) = theirs < 0 ? -1 : ::fcntl(theirs, F_DUPFD_CLOEXEC, 10);
  }
  for (int fd = 0; fd < 3; ++fd) {
    const int wanted = from.at(static_cast<std::size_t>(fd));
    if (wanted < 0) {
      ::close(fd);
    } else {
      ::dup2(wanted, fd);
    }
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM}) ::signal(signal, SIG_DFL);
  set_environment(start);
  if (!start.directory.empty() && ::chdir(start.directory.c_str()) != 0) ::_exit(99);
  if (start.prepare) start.prepare();
  std::string program = start.program.empty() ? CONQ_TOOL : start.program;
  std::vector<std::string> words = start.arguments;
  words.insert(words.begin(), program);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execvp(program.c_str(), argv.data());
  ::_exit(99);
}

/// Reads more of `from` into `text` until it contains `wanted`; takes that off it.
std::string take_until(int from, std::string& text, std::string_view wanted) {
  std::size_t at = text.find(wanted);
  while (at == std::string::npos) {
    const std::string more = wait_readable(from) ? read_available(from) : "";
    if (more.empty()) {
      ADD_FAILURE() << "\"" << wanted << "\" did not come, but:\n" << text;
      return std::exchange(text, {});
    }
    text += more;
    at = text.find(wanted);
  }
  std::string taken = text.substr(0, at + wanted.size());
  text.erase(0, at + wanted.size());
  return taken;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    // A tool that ended at once takes nothing: its status and its words say why.
    if (count < 0 && errno == EPIPE) return;
    if (count < 0) throw std::runtime_error("write to the tool");
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

Tool::Tool(const Start& start) : terminal_(open_pty(start.size)), before_(settings_of(terminal_)) {
  ::signal(SIGPIPE, SIG_IGN);
  const int slave = terminal_.slave.get();
  std::array<Ends, 3> streams{make_stream(start.in, true, slave),
                              make_stream(start.out, false, slave),
                              make_stream(start.err, false, slave)};
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) become(start, slave, streams);
  in_ = std::move(streams[0].ours);
  out_ = std::move(streams[1].ours);
  err_ = std::move(streams[2].ours);
}

Tool::~Tool() {
  if (status_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Tool::type(std::string_view text) { write_all(terminal_.master.fd(), text); }
void Tool::write_in(std::string_view text) { write_all(in_.get(), text); }

std::string Tool::see(std::string_view text) {
  return take_until(terminal_.master.fd(), seen_, text);
}
std::string Tool::read_out(std::string_view text) {
  return take_until(out_.get(), out_read_, text);
}
std::string Tool::rest_of_out() { return std::exchange(out_read_, {}) + read_to_end(out_.get()); }
std::string Tool::rest_of_err() { return read_to_end(err_.get()); }

void Tool::signal(int signal) const { ASSERT_EQ(::kill(pid_, signal), 0); }

bool Tool::reap(int& status, bool reading) {
  return eventually([&] {
    // A terminal that is full would hold the tool up.
    if (reading) seen_ += read_available(terminal_.master.fd());
    return ::waitpid(pid_, &status, WNOHANG) == pid_;
  });
}

int Tool::wait() {
  const int status = wait_for_end(true);
  seen_ += read_available(terminal_.master.fd());
  return status;
}

int Tool::wait_unread() { return wait_for_end(false); }

int Tool::wait_for_end(bool reading) {
  int status = 0;
  if (!reap(status, reading)) {
    ADD_FAILURE() << "the tool did not end; the terminal shows:\n" << seen_;
    return -1;
  }
  status_ = WIFSIGNALED(status) ? signalled + WTERMSIG(status) : WEXITSTATUS(status);
  return *status_;
}

std::string Tool::unseen() {
  seen_ += read_available(terminal_.master.fd());
  return std::exchange(seen_, {});
}

ToolResult run_tool(std::vector<std::string> arguments, std::string_view input, Start start) {
  start.arguments = std::move(arguments);
  start.in = start.out = start.err = Stream::pipe;
  Tool tool(start);
  tool.write_in(input);
  tool.close_in();
  ToolResult outcome;
  outcome.out = tool.rest_of_out();
  outcome.err = tool.rest_of_err();
  outcome.status = tool.wait();
  return outcome;
}

std::string settings_of(const Pty& terminal) {
  termios settings{};
  EXPECT_EQ(::tcgetattr(terminal.slave.get(), &settings), 0);
  std::ostringstream text;
  text << settings.c_iflag << ' ' << settings.c_oflag << ' ' << settings.c_cflag << ' '
       << settings.c_lflag;
  for (const cc_t key : settings.c_cc) text << ' ' << static_cast<int>(key);
  return text.str();
}

bool is_raw(const Pty& terminal) {
  termios settings{};
  EXPECT_EQ(::tcgetattr(terminal.slave.get(), &settings), 0);
  return (settings.c_lflag & (ICANON | ECHO | ISIG)) == 0;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    while (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

std::string tool_path() { return CONQ_TOOL; }

bool is_alive(pid_t pid) {
  if (::kill(pid, 0) != 0) return false;
  // Where there is a /proc it tells a zombie, whose new parent may take its time.
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const std::size_t name_end = text.rfind(')');
  return name_end == std::string::npos || text.compare(name_end, 3, ") Z") != 0;
}

}  // namespace conq::test
