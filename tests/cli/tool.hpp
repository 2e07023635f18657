// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <termios.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conq/pty.hpp"

namespace conq::test {

/// What the tool gets as one of its standard streams.
enum class Stream { terminal, pipe, null, folder, closed };

struct Start {
  std::vector<std::string> arguments = {};
  Stream in = Stream::terminal;
  Stream out = Stream::terminal;
  Stream err = Stream::terminal;
  WinSize size{24, 80};
  std::string directory = {};  ///< to run in, if any
  /// Variables to set, or to unset.
  std::vector<std::pair<std::string, std::optional<std::string>>> environment = {};
  std::function<void()> prepare = {};  ///< called in the tool's process before it starts
  std::string program = {};            ///< instead of the tool
};

/// The tool as it runs, in a terminal of its own of which the test holds the other side. TERM is
/// xterm, NO_COLOR and PORT are unset, and core dumps are off. Ended with its object.
class Tool {
 public:
  explicit Tool(const Start& start);
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  ~Tool();

  pid_t pid() const noexcept { return pid_; }
  Pty& terminal() noexcept { return terminal_; }
  /// The terminal's settings when the tool was started.
  const std::string& settings_before() const noexcept { return before_; }

  /// Types into the terminal, or writes to stdin's pipe.
  void type(std::string_view text);
  void write_in(std::string_view text);
  void close_in() { in_.reset(); }
  /// Waits until the terminal has shown `text` since the last call of this kind; returns what it
  /// has shown up to that. Fails the test at the deadline.
  std::string see(std::string_view text);
  /// Likewise from stdout's pipe.
  std::string read_out(std::string_view text);
  void close_out() { out_.reset(); }
  /// The test's end of stdout's pipe.
  int out() const noexcept { return out_.get(); }
  /// All that comes of stdout, or stderr, to its end.
  std::string rest_of_out();
  std::string rest_of_err();

  void signal(int signal) const;
  /// Waits for its end, reading on in the terminal; the exit status, or 1000 + the signal.
  int wait();
  /// The same without reading.
  int wait_unread();
  /// What the terminal has shown that was not yet seen.
  std::string unseen();

 private:
  bool reap(int& status, bool reading);
  int wait_for_end(bool reading);

  Pty terminal_;
  std::string before_;
  Fd in_, out_, err_;
  std::string seen_;
  std::string out_read_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// What a call of the tool without a terminal gave.
struct ToolResult {
  int status = 0;
  std::string out, err;
};

/// Runs the tool to its end with `input` piped into it.
ToolResult run_tool(std::vector<std::string> arguments, std::string_view input = {},
                    Start start = {});

/// All of a terminal's settings that a program may change, as comparable text.
std::string settings_of(const Pty& terminal);
bool is_raw(const Pty& terminal);

/// The parts of a text between line feeds, without carriage returns at their ends.
std::vector<std::string> lines_of(std::string_view text);

/// Where the tool is.
std::string tool_path();

/// Whether a process is there and has not ended.
bool is_alive(pid_t pid);

}  // namespace conq::test
