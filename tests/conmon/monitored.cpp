// SPDX-License-Identifier: Apache-2.0
#include "tests/conmon/monitored.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/support/eventually.hpp"
#include "tests/support/read_until.hpp"

namespace conq::test {
namespace {

namespace fs = std::filesystem;

/// Both ends of a pipe of podman's: one message a write.
std::pair<Fd, Fd> message_pipe() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, &ends[0]) != 0) std::abort();
  return {Fd(ends[0]), Fd(ends[1])};
}

std::string message_of(const Fd& pipe) {
  std::string message(65536, '\0');
  ssize_t count = -1;
  if (wait_readable(pipe.get())) count = ::read(pipe.get(), message.data(), message.size());
  message.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return message;
}

int shell_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::string text_of(const std::string& path) {
  const std::ifstream file(path);
  if (!file) return "none";
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Monitored::Monitored(const Setting& setting)
    : bundle_(setting.bundle.empty() ? dir_ / "bundle" : setting.bundle), id_(setting.id) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (const char* each : {"notes", "exits", "persist"}) fs::create_directory(dir_ / each);
  fs::create_directories(bundle_);
  for (const char* each : {"go", "go2", "go3"}) ::mkfifo((dir_ / each).c_str(), 0600);
  auto [sync, sync_end] = message_pipe();
  auto [start_pipe, start_end] = message_pipe();
  auto [attach, attach_end] = message_pipe();
  int err[2] = {-1, -1};
  if (::pipe2(&err[0], O_CLOEXEC) != 0) std::abort();
  err_.reset(err[0]);
  const Fd err_end(err[1]);
  parent_ = ::fork();
  if (parent_ < 0) std::abort();
  if (parent_ == 0) {
    become_monitor(setting, sync_end.get(), start_end.get(), attach_end.get(), err_end.get());
  }
  sync_ = std::move(sync);
  start_ = std::move(start_pipe);
  attach_ = std::move(attach);
  if (setting.start) start();
}

std::vector<std::string> Monitored::command(const Setting& setting) const {
  const std::string runtime = setting.runtime.empty() ? CONQ_TEST_RUNTIME : setting.runtime;
  std::vector<std::string> words = {CONQ_CONMON,
                                    "-c",
                                    id_,
                                    "-u",
                                    id_,
                                    "-r",
                                    runtime,
                                    "-b",
                                    bundle_,
                                    "-p",
                                    dir_ / "pidfile",
                                    "-n",
                                    "name",
                                    "--exit-dir",
                                    dir_ / "exits",
                                    "--conmon-pidfile",
                                    dir_ / "conmon.pid"};
  if (setting.api_version) words.insert(words.end(), {"--api-version", "1"});
  if (setting.full_attach) words.emplace_back("--full-attach");
  bool logs = false;
  for (std::string each : setting.arguments) {
    logs = logs || each == "-l";
    const std::size_t at = each.find("{dir}");
    if (at != std::string::npos) each.replace(at, 5, dir_.path());
    words.push_back(each);
  }
  if (!logs) words.insert(words.end(), {"-l", "k8s-file:" + (dir_ / "log")});
  return words;
}

void Monitored::become_monitor(const Setting& setting, int sync, int start, int attach,
                               int err) const {
  // As podman: close-on-exec is what dup2() leaves out.
  const int high[3] = {::fcntl(sync, F_DUPFD, 100), ::fcntl(start, F_DUPFD, 100),
                       ::fcntl(attach, F_DUPFD, 100)};
  for (int i = 0; i < 3; ++i) {
    ::dup2(high[i], 3 + i);
    ::close(high[i]);
  }
  const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  ::dup2(null.get(), 0);
  ::dup2(null.get(), 1);
  ::dup2(err, 2);
  ::setpgid(0, 0);
  ::setenv("_OCI_SYNCPIPE", "3", 1);
  ::setenv("_OCI_STARTPIPE", "4", 1);
  ::setenv("_OCI_ATTACHPIPE", "5", 1);
  ::setenv("CONQ_TEST_SCRIPT", setting.script.c_str(), 1);
  ::setenv("CONQ_TEST_TROUBLE", setting.trouble.c_str(), 1);
  ::setenv("CONQ_TEST_WORDS", setting.words.c_str(), 1);
  ::setenv("CONQ_TEST_NOTES", (dir_ / "notes").c_str(), 1);
  ::setenv("DIR", dir_.path().c_str(), 1);
  const std::string report = "log_path=" + (dir_ / "sanitizer");
  for (const char* each : {"ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}) {
    ::setenv(each, report.c_str(), 1);
  }
  for (const std::string& each : setting.environment) ::putenv(const_cast<char*>(each.c_str()));
  const std::vector<std::string> words = command(setting);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

Monitored::~Monitored() {
  start_.reset();
  parent_status();
  const pid_t left = container();
  const pid_t monitor = pid();
  if (left > 0) ::kill(left, SIGKILL);
  if (monitor > 0 && !ended_) {
    // As nobody waits for more of it, but by itself, so that sanitizers see its end.
    leave();
    if (!eventually([this] { return has_ended(); })) {
      ADD_FAILURE() << "the monitor has not ended";
      ::kill(monitor, SIGKILL);
    }
  }
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  for (const auto& entry : fs::directory_iterator(dir_.path())) {
    const std::string name = entry.path().filename();
    if (name.rfind("sanitizer", 0) == 0) ADD_FAILURE() << text_of(entry.path());
  }
}

void Monitored::start() const { EXPECT_EQ(::write(start_.get(), "", 1), 1); }

int Monitored::parent_status() {
  int status = 0;
  const auto reaped = [&] { return ::waitpid(parent_, &status, WNOHANG) == parent_; };
  if (parent_status_ < 0 && eventually(reaped)) parent_status_ = shell_status(status);
  return parent_status_;
}

std::string Monitored::said() const { return read_to_end(err_.get()); }

std::string Monitored::sync() const { return message_of(sync_); }
std::string Monitored::attach_message() const { return message_of(attach_); }
bool Monitored::has_sync() const { return wait_readable(sync_.get(), std::chrono::seconds(0)); }

pid_t Monitored::pid() const {
  pid_t pid = -1;
  std::ifstream(dir_ / "conmon.pid") >> pid;
  return pid;
}

void Monitored::signal(int number) {
  EXPECT_EQ(parent_status(), 0);
  const pid_t whom = pid();
  // Never to all.
  ASSERT_GT(whom, 1);
  EXPECT_EQ(::kill(whom, number), 0);
}

pid_t Monitored::container() const {
  pid_t pid = -1;
  std::ifstream(dir_ / "pidfile") >> pid;
  return pid;
}

std::string Monitored::noted(const std::string& name) const {
  return text_of(dir_ / ("notes/" + name));
}

bool Monitored::has_ended() {
  int status = 0;
  if (!ended_ && ::waitpid(pid(), &status, WNOHANG) > 0) {
    ended_ = true;
    status_ = shell_status(status);
  }
  return ended_;
}

int Monitored::wait() {
  parent_status();
  EXPECT_TRUE(eventually([this] { return has_ended(); })) << "the monitor has not ended";
  return status_;
}

std::string Monitored::log() const {
  // Of the time only its form is known.
  static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}[+-]\d\d:\d\d )");
  return std::regex_replace(text_of(dir_ / "log"), time, "");
}

std::string Monitored::exit_file() const { return text_of(dir_ / ("exits/" + id_)); }

void Monitored::go(std::string_view name) const {
  const Fd fifo(::open((dir_ / name).c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_EQ(::write(fifo.get(), "\n", 1), 1);
}

void Monitored::control(const std::string& fifo, std::string_view text) const {
  const Fd file(::open((bundle_ + "/" + fifo).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_TRUE(file) << std::strerror(errno);
  EXPECT_EQ(::write(file.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

void Monitored::leave() {
  sync_.reset();
  attach_.reset();
}

}  // namespace conq::test
