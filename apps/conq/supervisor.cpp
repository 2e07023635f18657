// SPDX-License-Identifier: Apache-2.0
#include "supervisor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "failure.hpp"
#include "shell_line.hpp"
#include "standard_stream.hpp"
#include "window.hpp"

namespace conq::app {
namespace {

constexpr const char* own_label = "conq";
/// Narrower than this no program draws sensibly.
constexpr std::size_t narrowest = 20;

std::vector<std::string> labels_of(const std::vector<PlannedProcess>& processes) {
  std::vector<std::string> labels;
  labels.reserve(processes.size());
  for (const PlannedProcess& process : processes) labels.push_back(process.label);
  return labels;
}

std::string describe(ExitStatus status) {
  if (status.signal != 0) return fmt::format("killed by {}", signal_name(status.signal));
  // What the shell makes of a command that a signal killed.
  const bool of_signal = status.code > signal_base && status.code <= signal_base + SIGTERM;
  const std::string killed_by =
      of_signal ? fmt::format(" ({})", signal_name(status.code - signal_base)) : "";
  return fmt::format("exited with status {}{}", status.code, killed_by);
}

}  // namespace

Supervisor::Supervisor(SupervisorOptions options, std::unique_ptr<Poller> poller, Channel output)
    : options_(std::move(options)),
      poller_(std::move(poller)),
      prefixes_(labels_of(options_.processes), own_label, options_.style),
      output_(std::move(output),
              {[this] { read_paused(); }, [this](std::error_code ec) { output_failed(ec); }}),
      lines_([this](std::size_t index, Line line) { write_line(index, line); }) {}

int Supervisor::run() {
  signals_.emplace(*poller_,
                   std::initializer_list<int>{SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGCONT},
                   [this](int signal) { signalled(signal); });
  start_all();
  while ((running_ > 0 || !output_.idle()) && !given_up_) {
    poller_->wait_for(until_deadline());
    if (deadline_ && Clock::now() >= *deadline_) past_deadline();
  }
  return ended_by_ != 0 ? signal_base + ended_by_ : status_.value_or(0);
}

void Supervisor::start_all() {
  for (std::size_t index = 0; index < options_.processes.size() && phase_ == Phase::running;
       ++index) {
    start(index);
    // Those that run already are served meanwhile.
    poller_->wait_for(Clock::duration::zero());
  }
}

void Supervisor::start(std::size_t index) {
  services_.push_back(std::make_unique<Service>(options_.style.colours));
  lines_.add_process();
  ProcessOptions process;
  process.argv = shell_command(options_.processes[index].command, options_.open_files);
  process.environment = options_.environments[index];
  process.directory = options_.directory;
  process.size = size_of_window();
  std::error_code ec;
  try {
    services_[index]->process = Process::spawn(*poller_, process);
  } catch (const Error& error) {
    note_status(failed);
    say(index, fmt::format("cannot be started: {}", error.what()));
    if (!options_.keep_going) stop("a process could not be started");
    return;
  }
  services_[index]->running = true;
  ++running_;
  services_[index]->process.async_wait([this, index](std::error_code error, ExitStatus status) {
    Service& service = *services_[index];
    service.exit = {error, status};
    if (service.unread == 0) exited(index);
  });
  read_on(index);
}

void Supervisor::read_on(std::size_t index) {
  Service& service = *services_[index];
  std::error_code refused;
  service.process.console().async_read(
      service.room,
      [this, index](std::error_code ec, std::size_t count) {
        services_[index]->unread = count;
        if (ec) {
          cannot_read(index, ec);
        } else if (count > 0) {
          pass_on(index);
        }
        // Else the end, or a hangup: the exit follows.
      },
      refused);
  if (refused) cannot_read(index, refused);
}

void Supervisor::cannot_read(std::size_t index, std::error_code ec) {
  say(index, fmt::format("cannot be read any more: {}", ec.message()));
  // Its exit would wait for that.
  services_[index]->process.console().shutdown();
}

void Supervisor::pass_on(std::size_t index) {
  Service& service = *services_[index];
  if (output_.full()) {
    paused_.push_back(index);
    return;
  }
  lines_.feed(index, {reinterpret_cast<const char*>(service.room.data()), service.unread});
  service.unread = 0;
  output_.flush();
  if (service.exit) {
    exited(index);
  } else {
    read_on(index);
  }
}

void Supervisor::exited(std::size_t index) {
  Service& service = *services_[index];
  const auto [ec, status] = *service.exit;
  service.running = false;
  --running_;
  lines_.finish(index);
  std::error_code closed;
  service.process.console().close(closed);
  say(index, ec ? fmt::format("exit not known: {}", ec.message()) : describe(status));
  note_status(ec ? failed : status.shell_status());
  if (phase_ == Phase::running && !options_.keep_going) {
    stop(fmt::format("{} has ended", options_.processes[index].label));
  }
}

void Supervisor::note_status(int status) {
  // Where the others keep going, the first that failed counts.
  if (!status_ || (options_.keep_going && *status_ == 0)) status_ = status;
}

WinSize Supervisor::size_of_window() const {
  WinSize size = window_size();
  const std::size_t used = prefixes_.width();
  const std::size_t left = size.cols > used ? size.cols - used : 0;
  size.cols = static_cast<std::uint16_t>(std::max(left, narrowest));
  size.xpixel = size.ypixel = 0;
  return size;
}

void Supervisor::resize_all() {
  for (const auto& service : services_) {
    std::error_code gone;
    service->process.console().resize(size_of_window(), gone);
  }
}

void Supervisor::signalled(int signal) {
  // Of a window that changed while we were stopped only those in the foreground were told.
  if (signal == SIGWINCH || signal == SIGCONT) return resize_all();
  if (ended_by_ == 0) {
    ended_by_ = signal;
    stop(fmt::format("{} received", signal_name(signal)));
  } else {
    // Asked again: at once.
    kill_all();
  }
}

void Supervisor::stop(std::string_view reason) {
  if (phase_ != Phase::running) return;
  phase_ = Phase::stopping;
  if (running_ > 0) say(fmt::format("{}: sending SIGTERM to all", reason));
  send_all(SIGTERM);
  deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(options_.timeout);
}

void Supervisor::kill_all() {
  if (phase_ == Phase::killing) return;
  phase_ = Phase::killing;
  if (running_ > 0) say("sending SIGKILL to all");
  send_all(SIGKILL);
  constexpr std::chrono::seconds to_be_written{2};
  deadline_ = Clock::now() + to_be_written;
}

void Supervisor::send_all(int signal) {
  for (const auto& service : services_) {
    std::error_code gone;
    if (service->running) service->process.kill_group(signal, gone);
  }
}

void Supervisor::past_deadline() {
  deadline_.reset();
  if (phase_ == Phase::stopping) {
    kill_all();
  } else if (ended_by_ != 0) {
    // Whoever reads the output takes none, and conq was told to end.
    given_up_ = true;
  }
}

Supervisor::Clock::duration Supervisor::until_deadline() const {
  constexpr std::chrono::hours far_away{1};
  if (!deadline_) return far_away;
  return std::max<Clock::duration>(*deadline_ - Clock::now(), Clock::duration::zero());
}

void Supervisor::write_line(std::size_t index, Line line) {
  std::string& out = output_.text();
  // Left to itself a string doubles what it has, for a long line too.
  if (line.text.size() > OutputQueue::limit) out.reserve(out.size() + line.text.size() + 4096);
  prefixes_.append(out, index, line.continued, std::time(nullptr));
  if (options_.raw) {
    out.append(line.text);
  } else {
    services_[index]->filter.apply(line.text, out);
  }
  out += '\n';
}

void Supervisor::say(std::size_t index, std::string_view message) {
  std::string& out = output_.text();
  prefixes_.append(out, index, false, std::time(nullptr));
  out.append(message).append("\n");
  output_.flush();
}

void Supervisor::say(std::string_view message) {
  std::string& out = output_.text();
  prefixes_.append_own(out, std::time(nullptr));
  out.append(message).append("\n");
  output_.flush();
}

void Supervisor::read_paused() {
  std::vector<std::size_t> paused;
  paused.swap(paused_);
  for (const std::size_t index : paused) pass_on(index);
}

void Supervisor::output_failed(std::error_code ec) {
  if (!reader_is_gone(ec) && ended_by_ == 0 && !given_up_) {
    complain(fmt::format("cannot write to stdout: {}", ec.message()));
  }
  if (!status_) status_ = status_after_failed_write(ec);
  stop("");
}

}  // namespace conq::app
