// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "asciicast.hpp"
#include "conq/conq.hpp"
#include "failure.hpp"
#include "signals.hpp"
#include "standard_stream.hpp"
#include "terminal_guard.hpp"
#include "window.hpp"

namespace conq::app {
namespace {

using Clock = std::chrono::steady_clock;

/// From passing a signal on to hanging up, and from that to leaving without the command's exit.
constexpr std::chrono::seconds grace{2};

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

class Session {
 public:
  explicit Session(const RunOptions& options) : options_(options) {}
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // Handlers that are still pending are called by the poller's end; they use the other members.
  ~Session() { poller_.reset(); }

  int run();

 private:
  WinSize wanted_size() const;
  void start_recording();
  void start_command();
  void start_relay();
  void serve();
  Clock::duration until_deadline() const;

  void signalled(int signal);
  void resize();
  void pause();
  void resume();
  void pass_on(int signal);
  void end_by(int signal);
  void hang_up();
  void command_exited(std::error_code ec, ExitStatus status);
  void relay_ended(const RelayResult& result);

  int exit_status();
  bool input_failed() const;
  void report();

  const RunOptions& options_;
  StandardStream stdin_{STDIN_FILENO, StandardStream::Direction::in};
  StandardStream stdout_{STDOUT_FILENO, StandardStream::Direction::out};
  const Clock::time_point start_ = Clock::now();
  std::optional<Asciicast> recording_;
  std::unique_ptr<Poller> poller_ = std::make_unique<Poller>();
  Channel input_ = stdin_.add_to(*poller_);
  Channel output_ = stdout_.add_to(*poller_);
  std::optional<Signals> signals_;
  Process command_;
  TerminalGuard terminal_;
  Relay relay_;

  std::optional<int> status_;  // of the command, as a shell has it
  std::error_code input_error_, output_error_;
  bool relaying_ = false;
  bool hung_up_ = false;
  int ended_by_ = 0;  // the signal that conq was sent
  std::optional<Clock::time_point> deadline_;
};

int Session::run() {
  start_recording();
  signals_.emplace(
      *poller_,
      // All that end conq by default and may come from outside: the terminal must not stay raw.
      std::initializer_list<int>{SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF,
                                 SIGXCPU, SIGUSR1, SIGUSR2, SIGWINCH, SIGTSTP, SIGCONT},
      [this](int signal) { signalled(signal); });
  start_command();
  if (stdin_.is_terminal()) terminal_.hold(STDIN_FILENO);
  start_relay();
  // The window may have changed before anybody was there to be told.
  resize();
  serve();
  if (recording_) recording_->finish(Clock::now() - start_);
  terminal_.restore();
  report();
  return exit_status();
}

WinSize Session::wanted_size() const {
  WinSize size = window_size();
  if (options_.cols) size.cols = *options_.cols;
  if (options_.rows) size.rows = *options_.rows;
  // Pixels of another window would be wrong.
  if (options_.cols || options_.rows) size.xpixel = size.ypixel = 0;
  return size;
}

void Session::start_recording() {
  if (options_.record.empty()) return;
  recording_.emplace(
      options_.record, options_.overwrite,
      Asciicast::Header{wanted_size(), std::time(nullptr), variable("SHELL"), variable("TERM")});
  // While a pipe takes nothing, no turn of the poller would say so.
  recording_->give_up_if(Signals::told_to_end);
}

void Session::start_command() {
  ProcessOptions process;
  process.argv = options_.command;
  process.size = wanted_size();
  process.settings = stdin_.settings();
  try {
    command_ = Process::spawn(*poller_, process);
  } catch (const Error& error) {
    if (recording_) recording_->discard();
    // A terminal that cannot be made says nothing about the command.
    if (!std::string_view(error.what()).starts_with("exec")) throw;
    const std::string text =
        fmt::format("{}: {}", options_.command.front(), error.code().message());
    const bool missing = error.code() == std::errc::no_such_file_or_directory;
    throw Failure(missing ? not_found : not_executable, text);
  }
  command_.async_wait(
      [this](std::error_code ec, ExitStatus status) { command_exited(ec, status); });
}

void Session::start_relay() {
  RelayOptions relay;
  // Nobody types Ctrl-D at the end of a pipe; a terminal's end is its hangup.
  if (!stdin_.is_terminal()) relay.forward_finish = Finish::type_eof;
  if (recording_) {
    relay.backward_tap = [this](std::span<const std::byte> bytes) {
      recording_->output(Clock::now() - start_,
                         {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    };
  }
  relaying_ = true;
  relay_ = Relay::start({input_, output_}, command_.console(), std::move(relay),
                        [this](const RelayResult& result) { relay_ended(result); });
}

void Session::serve() {
  while (relaying_ || !status_) {
    poller_->wait_for(until_deadline());
    if (!deadline_ || Clock::now() < *deadline_) continue;
    if (hung_up_) return;
    hang_up();
  }
}

Clock::duration Session::until_deadline() const {
  constexpr std::chrono::hours far_away{1};
  if (!deadline_) return far_away;
  return std::max<Clock::duration>(*deadline_ - Clock::now(), Clock::duration::zero());
}

void Session::signalled(int signal) {
  switch (signal) {
    case SIGWINCH:
      return resize();
    case SIGTSTP:
      return pause();
    case SIGCONT:
      return resume();
    case SIGUSR1:
    case SIGUSR2:
      return pass_on(signal);
    default:
      return end_by(signal);
  }
}

void Session::resize() {
  std::error_code gone;
  const WinSize before = command_.console().size(gone);
  const WinSize now = wanted_size();
  if (gone || now == before) return;
  command_.console().resize(now, gone);
  if (recording_) recording_->resize(Clock::now() - start_, now);
}

void Session::pause() {
  terminal_.restore();
  signals_->raise_default(SIGTSTP);
  resume();
}

void Session::resume() {
  // Shells give a program they resume their own settings of the terminal. Of a window that changed
  // meanwhile only those in the foreground were told.
  terminal_.follow_job();
  resize();
}

void Session::end_by(int signal) {
  const bool again = ended_by_ != 0;
  if (!again) ended_by_ = signal;
  if (again) return hang_up();
  pass_on(signal);
  deadline_ = Clock::now() + grace;
}

void Session::pass_on(int signal) {
  std::error_code exited;
  command_.kill_group(signal, exited);
  // A shell's job has a group of its own; keys go to that.
  const pid_t foreground = ::tcgetpgrp(command_.console().fd());
  if (foreground > 0 && foreground != command_.pid()) ::kill(-foreground, signal);
}

void Session::hang_up() {
  if (hung_up_) return;
  hung_up_ = true;
  // The kernel sends SIGHUP to those in the terminal.
  std::error_code closed;
  command_.console().close(closed);
  // And if nobody takes what is left to be written, it is not waited for.
  deadline_ = Clock::now() + grace;
}

void Session::command_exited(std::error_code ec, ExitStatus status) {
  status_ = ec ? failed : status.shell_status();
  // What the command left running in its terminal holds nobody up: neither what it may still write
  // nor what it does not read.
  relay_.stop();
  command_.console().shutdown();
}

void Session::relay_ended(const RelayResult& result) {
  relaying_ = false;
  input_error_ = result.forward_error;
  output_error_ = result.backward_error;
  if (output_error_) hang_up();
}

int Session::exit_status() {
  if (ended_by_ != 0) return signal_base + ended_by_;
  if (output_error_) return status_after_failed_write(output_error_);
  return input_failed() ? failed : status_.value_or(failed);
}

/// Whether stdin could not be read to its end, which is not the command's doing.
bool Session::input_failed() const {
  // A terminal's hangup ends what was being typed, too (EIO), and the command may be gone before
  // all is typed.
  const bool plain = !input_error_ || input_error_ == errc::hung_up ||
                     input_error_ == errc::shut_down || input_error_ == errc::closed ||
                     (stdin_.is_terminal() && input_error_ == std::errc::io_error);
  return !plain;
}

void Session::report() {
  if (output_error_ && !reader_is_gone(output_error_) && ended_by_ == 0) {
    complain(fmt::format("cannot write to stdout: {}", output_error_.message()));
  }
  if (input_failed()) complain(fmt::format("cannot relay stdin: {}", input_error_.message()));
  if (recording_ && recording_->error()) {
    complain(fmt::format("recording to {} stopped: {}", recording_->path(),
                         recording_->error().message()));
  }
}

}  // namespace

int run(const RunOptions& options) { return Session(options).run(); }

}  // namespace conq::app
