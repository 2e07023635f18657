// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "messages.hpp"

namespace conq::conmon {

/// Where a container's output is kept.
struct LogTarget {
  enum class Driver { k8s_file, journald, passthrough, none };
  Driver driver = Driver::none;
  std::string path;  ///< of k8s_file
  bool operator==(const LogTarget&) const = default;
};

/// What the command line asks for, checked as far as that needs no look at the system beyond what
/// conmon 2.1 checks itself. Names are those of the flags.
struct Options {
  bool version = false;  ///< say which this is and leave
  bool help = false;

  std::string cid;
  std::string cuuid;
  std::string name;
  std::string runtime;
  std::string bundle;  ///< the working directory if not given
  std::string container_pidfile;
  std::string conmon_pidfile;
  std::string exit_dir;
  std::string persist_dir;
  std::string socket_dir_path;
  std::string sdnotify_socket;
  std::string restore;
  std::string exec_process_spec;
  std::string seccomp_notify_socket;
  std::string seccomp_notify_plugins;
  std::string exit_command;
  std::vector<std::string> exit_command_args;
  std::vector<std::string> runtime_args;
  std::vector<std::string> runtime_opts;

  bool terminal = false;
  bool stdin_open = false;  ///< -i
  bool leave_stdin_open = false;
  bool systemd_cgroup = false;
  bool exec = false;
  bool exec_attach = false;
  bool full_attach = false;
  bool no_new_keyring = false;
  bool no_pivot = false;
  bool no_sync_log = false;
  bool replace_listen_pid = false;
  bool sync = false;  ///< no fork
  bool syslog = false;
  bool api_version = false;  ///< sync messages have the key `data`
  int exit_delay = 0;        ///< seconds
  int timeout = 0;           ///< seconds, 0 for none

  Level log_level = Level::warn;
  std::vector<LogTarget> logs;            ///< what is named twice stands once
  std::int64_t log_size_max = -1;         ///< bytes, -1 for no limit
  std::int64_t log_global_size_max = -1;  ///< bytes
  std::string log_tag;
  std::vector<std::string> log_labels;  ///< KEY=VALUE, for journald
};

/// A command line that conmon 2.1 refuses, too; what() is the message for the user.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes the words after the program's name as conmon does: `--opt value`, `--opt=value`, `-o
/// value`, bundled short flags; the value is the next word whatever it looks like, stray words are
/// ignored. Throws UsageError. After --help and --version nothing else is checked.
Options parse_options(const std::vector<std::string>& words);

/// What --version and --help print.
std::string version_text();
std::string help_text();

}  // namespace conq::conmon
