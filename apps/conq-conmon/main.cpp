// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ending.hpp"
#include "messages.hpp"
#include "monitor.hpp"
#include "oom_watch.hpp"
#include "options.hpp"
#include "startup.hpp"

namespace conq::conmon {
namespace {

int print(const std::string& text) {
  return ::write(STDOUT_FILENO, text.data(), text.size()) < 0 ? 1 : 0;
}

void refuse_what_is_missing(const Options& options) {
  if (!options.restore.empty()) throw UsageError("conq-conmon cannot restore a checkpoint");
  if (!options.seccomp_notify_socket.empty()) {
    throw UsageError("conq-conmon has no plugins for seccomp notifications");
  }
}

/// Ends the process: what is pending in the poller would be told of its end otherwise.
[[noreturn]] void watch(const Options& options, Inherited inherited, Logs logs) {
  auto* const poller = new Poller;
  auto* const monitor = new Monitor(*poller, options, std::move(inherited), std::move(logs));
  const int status = monitor->run();
  const int command_status = run_exit_command(options, monitor->mask());
  ::_exit(command_status != 0 ? command_status : status);
}

int run(int argc, char** argv) {
  Inherited inherited = take_inherited();
  const Options options = parse_options({argv + (argc > 0 ? 1 : 0), argv + argc});
  if (options.help) return print(help_text());
  if (options.version) return print(version_text());
  set_up_messages(options.log_level, options.syslog, options.cid);
  refuse_what_is_missing(options);
  if (options.exec_attach && !inherited.attach) {
    throw UsageError("--exec-attach needs _OCI_ATTACHPIPE");
  }
  Logs logs = open_logs(options);
  set_oom_score(-1000);
  ::signal(SIGPIPE, SIG_IGN);
  wait_for_start(inherited.start);
  if (!options.sync) leave_parent(options);
  watch(options, std::move(inherited), std::move(logs));
}

}  // namespace
}  // namespace conq::conmon

int main(int argc, char** argv) {
  ::umask(0022);
  try {
    return conq::conmon::run(argc, argv);
  } catch (const std::exception& error) {
    conq::conmon::say_error(error.what());
  }
  return 1;
}
