// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <limits.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <limits>
#include <string_view>
#include <system_error>
#include <variant>

#include "version.hpp"

namespace conq::conmon {
namespace {

void take_log_path(Options& options, const std::string& value);
void take_log_level(Options& options, const std::string& value);

/// Where a flag's value goes; one that goes into a bool takes none.
using Place =
    std::variant<bool Options::*, int Options::*, std::int64_t Options::*, std::string Options::*,
                 std::vector<std::string> Options::*, void (*)(Options&, const std::string&)>;

struct Flag {
  char letter;  ///< 0 for none
  std::string_view name;
  Place place;
  std::string_view help;  ///< empty: an old name of another flag
};

using O = Options;
constexpr std::array all_flags{
    Flag{0, "api-version", &O::api_version, "messages to the engine have the key `data`"},
    Flag{'b', "bundle", &O::bundle, "the OCI bundle; default: the working directory"},
    Flag{'c', "cid", &O::cid, "the container's id"},
    Flag{'P', "conmon-pidfile", &O::conmon_pidfile, "file for the monitor's own process id"},
    Flag{'p', "container-pidfile", &O::container_pidfile, "file for the container's process id"},
    Flag{'u', "cuuid", &O::cuuid, "the container's or the exec session's long id"},
    Flag{'e', "exec", &O::exec, "run a command in a container that runs"},
    Flag{0, "exec-attach", &O::exec_attach, "wait for a client before the command is run"},
    Flag{0, "exec-process-spec", &O::exec_process_spec, "what --exec runs, as OCI describes it"},
    Flag{0, "exit-command", &O::exit_command, "program to run when the container has ended"},
    Flag{0, "exit-command-arg", &O::exit_command_args, "its arguments, one each time"},
    Flag{0, "exit-delay", &O::exit_delay, "seconds to wait before it"},
    Flag{0, "exit-dir", &O::exit_dir, "directory for the file with the exit status"},
    Flag{0, "full-attach", &O::full_attach, "the attach socket is in the bundle"},
    Flag{'h', "help", &O::help, "print this and leave"},
    Flag{0, "help-all", &O::help, ""},
    Flag{0, "leave-stdin-open", &O::leave_stdin_open, "a client's end does not end the input"},
    Flag{0, "log-global-size-max", &O::log_global_size_max, "most bytes to write in all"},
    Flag{0, "log-label", &O::log_labels, "KEY=VALUE for journald"},
    Flag{0, "log-level", take_log_level, "error, warn, info, debug or trace"},
    Flag{'l', "log-path", take_log_path, "[k8s-file:]PATH, journald, passthrough or none"},
    Flag{0, "log-size-max", &O::log_size_max, "most bytes of a log file"},
    Flag{0, "log-tag", &O::log_tag, "tag for journald"},
    Flag{'n', "name", &O::name, "the container's name"},
    Flag{0, "no-new-keyring", &O::no_new_keyring, "for the runtime"},
    Flag{0, "no-pivot", &O::no_pivot, "for the runtime"},
    Flag{0, "no-sync-log", &O::no_sync_log, "do not sync the log in the end"},
    Flag{'0', "persist-dir", &O::persist_dir, "directory for further exit and oom files"},
    Flag{0, "pidfile", &O::container_pidfile, ""},
    Flag{0, "replace-listen-pid", &O::replace_listen_pid, "LISTEN_PID becomes the runtime's"},
    Flag{0, "restore", &O::restore, "restore the checkpoint in this directory"},
    Flag{0, "restore-arg", &O::runtime_opts, ""},
    Flag{'r', "runtime", &O::runtime, "the OCI runtime"},
    Flag{0, "runtime-arg", &O::runtime_args, "words before the runtime's command, one each time"},
    Flag{0, "runtime-opt", &O::runtime_opts, "words after it, one each time"},
    Flag{0, "sdnotify-socket", &O::sdnotify_socket, "the host's notify socket"},
    Flag{0, "seccomp-notify-plugins", &O::seccomp_notify_plugins, "for seccomp notifications"},
    Flag{0, "seccomp-notify-socket", &O::seccomp_notify_socket, "for seccomp notifications"},
    Flag{0, "socket-dir-path", &O::socket_dir_path, "directory for the attach socket's link"},
    Flag{'i', "stdin", &O::stdin_open, "the container has an input"},
    Flag{0, "sync", &O::sync, "stay in the foreground"},
    Flag{0, "syslog", &O::syslog, "messages go to syslog, too"},
    Flag{'s', "systemd-cgroup", &O::systemd_cgroup, "for the runtime"},
    Flag{'t', "terminal", &O::terminal, "the container has a terminal"},
    Flag{'T', "timeout", &O::timeout, "seconds until the container is killed"},
    Flag{0, "version", &O::version, "print the version and leave"},
};

/// As conmon's: decimal, 0x hexadecimal, 0 octal; blanks may stand before it.
template <class Number>
Number number(const std::string& shown, const std::string& text) {
  char* end = nullptr;
  errno = 0;
  const long long value = std::strtoll(text.c_str(), &end, 0);
  if (text.empty() || end != text.c_str() + text.size()) {
    throw UsageError(shown + ": `" + text + "` is no number");
  }
  if (errno == ERANGE || value < std::numeric_limits<Number>::min() ||
      value > std::numeric_limits<Number>::max()) {
    throw UsageError(shown + ": " + text + " is out of range");
  }
  return static_cast<Number>(value);
}

struct Put {
  Options& options;
  const std::string& shown;
  const std::string& value;

  void operator()(bool Options::*place) const { options.*place = true; }
  void operator()(int Options::*place) const { options.*place = number<int>(shown, value); }
  void operator()(std::int64_t Options::*place) const {
    options.*place = number<std::int64_t>(shown, value);
  }
  void operator()(std::string Options::*place) const { options.*place = value; }
  void operator()(std::vector<std::string> Options::*place) const {
    (options.*place).push_back(value);
  }
  void operator()(void (*take)(Options&, const std::string&)) const { take(options, value); }
};

bool takes_value(const Flag& flag) { return !std::holds_alternative<bool Options::*>(flag.place); }

/// Goes through the words. A flag's value is the next word that no flag before it has taken.
class Parser {
 public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  Options parse() {
    while (next_ < words_.size() && !options_.help) {
      const std::string& word = words_[next_++];
      if (word == "--") break;
      if (word.size() < 2 || word[0] != '-') continue;
      if (word[1] == '-') {
        take_long(word);
      } else {
        take_bundle(word);
      }
    }
    return std::move(options_);
  }

 private:
  void take_long(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string shown = word.substr(0, equals);
    for (const Flag& flag : all_flags) {
      if (flag.name != std::string_view(shown).substr(2)) continue;
      if (equals != std::string::npos) return put(flag, shown, word.substr(equals + 1));
      return put(flag, shown, takes_value(flag) ? next_word(shown) : std::string());
    }
    throw UsageError("unknown option " + shown);
  }

  void take_bundle(const std::string& word) {
    bool taken = false;
    for (const char letter : std::string_view(word).substr(1)) {
      const auto* const flag = std::find_if(
          all_flags.begin(), all_flags.end(),
          [&](const Flag& one) { return one.letter == (letter == '?' ? 'h' : letter); });
      if (flag == all_flags.end() || flag->letter == 0) throw UsageError("unknown option " + word);
      const std::string shown{'-', letter};
      if (!takes_value(*flag)) {
        put(*flag, shown, {});
        continue;
      }
      if (taken) throw UsageError("two options of " + word + " want a value");
      taken = true;
      put(*flag, shown, next_word(shown));
    }
  }

  std::string next_word(const std::string& shown) {
    if (next_ == words_.size()) throw UsageError(shown + " needs a value");
    return words_[next_++];
  }

  void put(const Flag& flag, const std::string& shown, const std::string& value) {
    std::visit(Put{options_, shown, value}, flag.place);
  }

  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
  Options options_;
};

LogTarget log_target(const std::string& text) {
  using Driver = LogTarget::Driver;
  const std::size_t colon = text.find(':');
  const std::string driver = text.substr(0, colon);
  const std::string path = colon == std::string::npos ? std::string() : text.substr(colon + 1);
  if (driver.empty() && path.empty()) throw UsageError("--log-path must not be empty");
  if (driver == "off" || driver == "null" || driver == "none") return {Driver::none, {}};
  if (driver == "passthrough") return {Driver::passthrough, {}};
  if (driver == "journald") return {Driver::journald, {}};
  if (driver.empty() || driver == "k8s-file" || driver == "json-file") {
    if (path.empty())
      throw UsageError("log driver " + driver + " needs a path: " + driver + ":PATH");
    return {Driver::k8s_file, path};
  }
  if (colon != std::string::npos) throw UsageError("no such log driver: " + driver);
  return {Driver::k8s_file, text};
}

void take_log_path(Options& options, const std::string& value) {
  LogTarget target = log_target(value);
  if (std::find(options.logs.begin(), options.logs.end(), target) == options.logs.end()) {
    options.logs.push_back(std::move(target));
  }
}

void take_log_level(Options& options, const std::string& value) {
  struct Named {
    const char* name;
    Level level;
  };
  constexpr std::array names{Named{"panic", Level::error},  Named{"fatal", Level::error},
                             Named{"error", Level::error},  Named{"warn", Level::warn},
                             Named{"warning", Level::warn}, Named{"info", Level::info},
                             Named{"debug", Level::debug},  Named{"trace", Level::trace}};
  for (const Named& one : names) {
    if (::strcasecmp(one.name, value.c_str()) != 0) continue;
    options.log_level = one.level;
    return;
  }
  throw UsageError("no such log level: " + value);
}

std::string working_directory() {
  std::array<char, PATH_MAX> path{};
  if (::getcwd(path.data(), path.size()) == nullptr) {
    throw UsageError("the working directory is gone");
  }
  return path.data();
}

void refuse_if(bool wrong, const char* message) {
  if (wrong) throw UsageError(message);
}

void check_logs(const Options& options) {
  refuse_if(options.logs.empty(), "no log driver: use --log-path");
  for (const LogTarget& log : options.logs) {
    refuse_if(log.driver == LogTarget::Driver::journald && options.cid.size() <= 12,
              "journald needs a --cid of more than 12 characters");
    refuse_if(log.driver == LogTarget::Driver::passthrough &&
                  (::isatty(0) != 0 || ::isatty(1) != 0 || ::isatty(2) != 0),
              "passthrough of a terminal would let the container type into it (TIOCSTI)");
  }
  for (const std::string& label : options.log_labels) {
    const std::size_t equals = label.find('=');
    const bool good =
        equals != 0 && equals != std::string::npos &&
        std::all_of(label.begin(), label.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
          return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
    if (!good)
      throw UsageError("--log-label: `" + label + "` is not KEY=VALUE, KEY of A-Z, 0-9, _");
  }
}

void check(const Options& options) {
  refuse_if(options.cid.empty(), "no container id: use --cid");
  refuse_if(!options.restore.empty() && options.exec, "--exec and --restore exclude each other");
  refuse_if(options.exec_attach && !options.exec, "--exec-attach is for --exec alone");
  refuse_if(options.exec_attach && !options.api_version, "--exec-attach needs --api-version");
  refuse_if(options.cuuid.empty() && (!options.exec || options.api_version),
            "no container UUID: use --cuuid");
  refuse_if(options.runtime.empty(), "no runtime: use --runtime");
  if (::access(options.runtime.c_str(), X_OK) != 0) {
    throw UsageError("runtime " + options.runtime + ": " + std::generic_category().message(errno));
  }
  refuse_if(options.exec && options.exec_process_spec.empty(),
            "no process for --exec: use --exec-process-spec");
  refuse_if(options.exit_delay < 0, "--exit-delay must not be negative");
  check_logs(options);
}

}  // namespace

Options parse_options(const std::vector<std::string>& words) {
  Options options = Parser(words).parse();
  if (options.help || options.version) return options;
  check(options);
  // An exec session of the old kind has no directory of its own.
  if (options.bundle.empty() && !options.exec) options.bundle = working_directory();
  if (options.container_pidfile.empty()) {
    options.container_pidfile = working_directory() + "/pidfile-" + options.cid;
  }
  if (options.socket_dir_path.empty()) options.socket_dir_path = "/var/run/crio";
  if (options.seccomp_notify_plugins.empty()) {
    const char* const plugins = ::getenv("CONMON_SECCOMP_NOTIFY_PLUGINS");
    if (plugins != nullptr) options.seccomp_notify_plugins = plugins;
  }
  return options;
}

/// podman takes the version from the first line, and wants one of conmon's.
std::string version_text() {
  return std::string("conmon version 2.1.6\ncommit: conq-conmon of conq ") + conq_version + "\n";
}

std::string help_text() {
  std::string text = "Usage:\n  conq-conmon [OPTION...]: conq's conmon\n\nOptions:\n";
  for (const Flag& flag : all_flags) {
    if (flag.help.empty()) continue;
    std::string line =
        flag.letter == 0 ? "      " : std::string{' ', ' ', '-', flag.letter, ',', ' '};
    line.append("--").append(flag.name);
    line.resize(std::max<std::size_t>(line.size() + 2, 34), ' ');
    text.append(line).append(flag.help).append("\n");
  }
  return text;
}

}  // namespace conq::conmon
