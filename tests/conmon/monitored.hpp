// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "conq/fd.hpp"
#include "tests/support/temp_dir.hpp"

namespace conq::test {

/// How a monitor is started.
struct Setting {
  std::string script = "";                    ///< what the container does, for a shell
  std::vector<std::string> arguments = {};    ///< besides the usual; {dir} is the test's directory
  std::vector<std::string> environment = {};  ///< "NAME=value", besides ours
  bool start = true;                          ///< the engine lets it start
  std::string trouble = "";                   ///< of the runtime (runtime.cpp)
  std::string words = "";                     ///< of one that fails
  std::string runtime = "";                   ///< by default that of the tests
  std::string bundle = "";                    ///< by default a directory for that
  std::string id = "0123456789abcdef";
  bool full_attach = true;
  bool api_version = true;
};

/// conq-conmon, started as podman starts it. What is left of monitor and container ends with its
/// object, which also sees that no sanitizer found anything.
///
/// The monitor becomes a child of this process, so that it can be asked how it ended.
class Monitored {
 public:
  explicit Monitored(const Setting& setting);
  Monitored(const Monitored&) = delete;
  Monitored& operator=(const Monitored&) = delete;
  ~Monitored();

  /// The engine's byte: start, and for an exec that somebody has attached.
  void start() const;
  /// The status of what was started itself, and what it said till then.
  int parent_status();
  std::string said() const;

  /// The next message; "" at the end, or where none comes.
  std::string sync() const;
  std::string attach_message() const;
  bool has_sync() const;

  /// To the monitor, once what was started has left it; 0 only asks whether it is there.
  void signal(int number);
  pid_t pid() const;        ///< of the monitor, from its file; -1 before that is there
  pid_t container() const;  ///< from the runtime's file
  /// The process' file in a directory of its own.
  std::string noted(const std::string& name) const;

  /// Waits for the monitor's end; its status as a shell's $?.
  int wait();
  bool has_ended();

  std::string operator/(std::string_view name) const { return dir_ / name; }
  std::string bundle() const { return bundle_; }
  std::string log() const;        ///< of the container's output, without the times
  std::string exit_file() const;  ///< "none" if there is none
  /// Lets a script go on that waits with `read x <$DIR/go`: once for each of go, go2 and go3, as
  /// what comes early to a second wait at the same fifo would go to the first.
  void go(std::string_view name = "go") const;
  /// Writes to a fifo of the bundle's as podman does: never waiting.
  void control(const std::string& fifo, std::string_view text) const;

  /// Closes the engine's ends of the pipes.
  void leave();

 private:
  std::vector<std::string> command(const Setting& setting) const;
  [[noreturn]] void become_monitor(const Setting& setting, int sync, int start, int attach,
                                   int err) const;

  TempDir dir_;
  std::string bundle_;
  std::string id_;
  Fd sync_, start_, attach_, err_;
  pid_t parent_ = -1;
  int parent_status_ = -1;
  bool ended_ = false;
  int status_ = -1;
};

/// The whole of a file; "none" if there is none.
std::string text_of(const std::string& path);

}  // namespace conq::test
