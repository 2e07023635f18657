// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conq/conq.hpp"
#include "held_lines.hpp"
#include "line_filter.hpp"
#include "output_queue.hpp"
#include "plan.hpp"
#include "prefix.hpp"
#include "signals.hpp"

namespace conq::app {

struct SupervisorOptions {
  std::vector<PlannedProcess> processes;
  std::vector<std::vector<std::string>> environments;  ///< one for each process
  std::string directory;
  std::chrono::nanoseconds timeout{};  ///< from SIGTERM to SIGKILL
  bool keep_going = false;
  PrefixStyle style;
  bool raw = false;                         ///< lines are written as they come
  std::optional<std::uint64_t> open_files;  ///< a limit to set again for the processes
};

/// Runs processes side by side and writes their output to a stream, line by line, from one thread.
///
/// The first to die stops the others, unless they are to keep going; so does a signal, and the end
/// of the stream. Stopping is SIGTERM, and SIGKILL after the timeout.
///
/// While the stream takes nothing, no process is read from, so that memory stays bounded; then each
/// has one read in turn, so that all get on alike.
class Supervisor {
 public:
  /// `output` is on `poller`, which serves all.
  Supervisor(SupervisorOptions options, std::unique_ptr<Poller> poller, Channel output);
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;
  /// Ends what an error left running. Handlers that are still pending are called by the poller's
  /// end; they use the other members.
  ~Supervisor() {
    send_all(SIGKILL);
    given_up_ = true;
    poller_.reset();
  }

  /// Until all have ended and everything is written. The exit status: of the first to die, or,
  /// where they keep going, of the first to fail; 128 and the signal's number after a signal.
  int run();

 private:
  using Clock = std::chrono::steady_clock;

  /// What was told of an exit.
  struct Exit {
    std::error_code ec;
    ExitStatus status;
  };
  struct Service {
    explicit Service(bool colours) noexcept : filter(colours) {}
    Process process;
    LineFilter filter;
    std::array<std::byte, 4096> room{};
    std::size_t unread = 0;  ///< the bytes in `room` that wait until the output is no longer full
    std::optional<Exit> exit;
    bool running = false;
  };
  enum class Phase { running, stopping, killing };

  // Processes.
  void start_all();
  void start(std::size_t index);
  void read_on(std::size_t index);
  void cannot_read(std::size_t index, std::error_code ec);
  void pass_on(std::size_t index);
  void exited(std::size_t index);
  void note_status(int status);
  WinSize size_of_window() const;
  void resize_all();

  // Stopping.
  void signalled(int signal);
  void stop(std::string_view reason);
  void kill_all();
  void send_all(int signal);
  void past_deadline();
  Clock::duration until_deadline() const;

  // Output.
  void write_line(std::size_t index, Line line);
  void say(std::size_t index, std::string_view message);
  void say(std::string_view message);
  void read_paused();
  void output_failed(std::error_code ec);

  SupervisorOptions options_;
  std::unique_ptr<Poller> poller_;
  Prefixes prefixes_;
  OutputQueue output_;
  HeldLines lines_;
  std::optional<Signals> signals_;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<std::size_t> paused_;  // have something unread, as the output is full

  std::size_t running_ = 0;
  Phase phase_ = Phase::running;
  std::optional<Clock::time_point> deadline_;
  std::optional<int> status_;
  int ended_by_ = 0;  // the signal that conq was sent
  bool given_up_ = false;
};

}  // namespace conq::app
