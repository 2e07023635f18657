// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>

#include "tests/simulation/kernel/file.hpp"

namespace conq::sim {

class Kernel;
struct Pty;
class PtySlave;

/// What a simulated process does, a step after the other, each as soon as it can.
struct Step {
  enum class Kind {
    write,             ///< `text` to `fd`
    read,              ///< `count` bytes, or the end, from `fd`
    read_line,         ///< to the end of a line, or the end, from `fd`
    ignore_hangup,     ///< SIGHUP
    set_raw,           ///< its terminal, `fd`
    set_quiet,         ///< no echo of its terminal, `fd`
    print_size,        ///< of its terminal, `fd`, to it
    set_non_blocking,  ///< `fd`
    copy,              ///< what it reads from `fd` to 1, in capitals, to the end
    close,             ///< `fd`
    revoke,            ///< its terminal, as a login program does
    await,             ///< until it is told to go on
    exit,              ///< with status `count`
  };
  Kind kind;
  int fd = 0;
  std::string text = {};
  std::size_t count = 0;
};

/// A child of ours. As a file it is what pidfd_open(2) gives.
class Process final : public File {
 public:
  Process(Kernel& kernel, pid_t its_pid, std::deque<Step> steps)
      : pid(its_pid), kernel_(kernel), steps_(std::move(steps)) {}

  /// Goes on as far as it can; whether it got anywhere.
  bool advance();
  void go_on() { told_ = true; }
  void kill(int signal);
  std::size_t open_files() const { return files_.size(); }
  bool ended() const { return ended_; }
  void reaped() { reaped_ = true; }
  /// As waitpid(2) gives it.
  int status() const { return status_; }
  void give(int fd, const std::shared_ptr<File>& file);

  Result read(std::span<char>) override { return Result::failure(EINVAL); }
  Result write(std::span<const char>) override { return Result::failure(EINVAL); }
  State state() const override;
  std::uint32_t polled() const override;

  const pid_t pid;
  /// The exit of a session's leader hangs its terminal up for everybody.
  bool leads_session = false;
  /// SIGHUP, if it leads a session whose master is closed.
  void notice_hangup();

 private:
  bool take(Step& step);
  bool copy(Step& step);
  PtySlave* terminal_at(int fd) const;
  /// False while the exit waits for the terminal.
  bool end(int status);

  Kernel& kernel_;
  std::deque<Step> steps_;
  std::map<int, std::shared_ptr<File>> files_;
  std::shared_ptr<Pty> terminal_;  ///< of the session it leads, as it ends
  bool waited_ = false;
  bool ignores_hangup_ = false;
  bool told_ = false;
  bool ended_ = false;
  bool reaped_ = false;
  int status_ = 0;
};

}  // namespace conq::sim
