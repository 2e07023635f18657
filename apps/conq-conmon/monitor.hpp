// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alarm.hpp"
#include "attach.hpp"
#include "control.hpp"
#include "input.hpp"
#include "log.hpp"
#include "notify.hpp"
#include "oom_watch.hpp"
#include "options.hpp"
#include "output.hpp"
#include "signals.hpp"
#include "startup.hpp"
#include "sync_pipe.hpp"

namespace conq::conmon {

/// As a shell's $?, of waitpid()'s; -1 if that is none.
int exit_status(int status) noexcept;

using Logs = std::vector<std::unique_ptr<Log>>;

/// One container's life, or that of a process executed in it: from the runtime's start to its last
/// byte. Neither it nor the poller is to be destroyed: what is pending would be told of that.
class Monitor {
 public:
  Monitor(Poller& poller, const Options& options, Inherited inherited, Logs logs);
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor() = delete;

  /// Returns this process' exit status. What fails was told to the engine.
  int run();
  const sigset_t& mask() const { return signals_.mask(); }

 private:
  // The start
  void start();
  void serve_clients();
  void open_pipes(Fd in, Fd out, Fd err);
  void receive_console();
  void console_came(Console console);
  void runtime_ended(int status);
  void container_started();
  pid_t pid_in_file() const;
  const int* reaped(pid_t pid) const;
  void give_up(const std::string& why);
  int end_what_is_left();

  // Meanwhile
  void told(int signal);
  void reap();
  void take(Stream stream, std::span<const std::byte> bytes);
  void read_outputs();
  void resize(WinSize size);
  void note_oom();

  // The end
  void time_out();
  void container_ended(int status);
  void look_for_end();
  void finish();

  Poller& poller_;
  const Options& options_;
  const bool passthrough_;
  Inherited inherited_;
  Logs logs_;
  SyncPipe sync_;
  Signals signals_;
  std::optional<NotifyRelay> notify_;
  Input input_;
  std::optional<AttachServer> attach_;
  std::optional<Control> control_;
  std::optional<OomWatch> oom_;
  ConsoleSocket console_socket_;
  PolledConsole console_;
  PolledStream stdin_, stdout_, stderr_;
  OutputSink sink_;
  Output out_{Stream::out, sink_}, err_{Stream::err, sink_};
  std::string link_;  ///< to the bundle, where the attach socket is looked for through one
  WinSize size_;      ///< the last that was asked for
  Alarm timeout_;

  pid_t runtime_ = -1;
  pid_t container_ = -1;
  std::vector<std::pair<pid_t, int>> reaped_;  ///< with its status, while no pid was known
  bool started_ = false;                       ///< the engine was told of the container
  bool runtime_done_ = false;
  bool ended_ = false;
  bool said_something_ = false;
  bool timed_out_ = false;
  bool done_ = false;
  int status_ = -1;
};

}  // namespace conq::conmon
