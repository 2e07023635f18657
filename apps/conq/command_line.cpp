// SPDX-License-Identifier: Apache-2.0
#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <sstream>

#include "failure.hpp"
#include "version.hpp"

namespace conq::app {
namespace {

constexpr int most_ports = 65535;
constexpr double longest_timeout = 1e6;

class HelpFormatter : public CLI::Formatter {
 public:
  // Options' columns.
  HelpFormatter() { column_width(28); }

  std::string make_usage(const CLI::App* app, std::string /*name*/) const override {
    const std::string run = "conq run [OPTION...] [--] CMD [ARG...]\n";
    const std::string up = "conq up [OPTION...] [NAME...]\n";
    if (app->get_name() == "run") return "\nUsage: " + run;
    if (app->get_name() == "up") return "\nUsage: " + up;
    return "\nUsage: " + run + "       " + up;
  }
};

const std::map<std::string, Colours> colours_by_name{
    {"auto", Colours::automatic}, {"always", Colours::always}, {"never", Colours::never}};

/// What `up` is given that is read once all is there.
struct UpWords {
  std::string formation;
  std::string colours = "auto";
};

/// Says so in messages, and takes no room in the help.
template <class Number>
CLI::Validator within(Number low, Number high) {
  return CLI::Range(low, high).description("");
}

void define_run(CLI::App& run, RunOptions& options) {
  run.add_option("--cols", options.cols, "Width of CMD's terminal; default: that of yours, else 80")
      ->type_name("N")
      ->check(within(1, 65535));
  run.add_option("--rows", options.rows,
                 "Height of CMD's terminal; default: that of yours, else 24")
      ->type_name("N")
      ->check(within(1, 65535));
  CLI::Option* const record =
      run.add_option("--record", options.record, "Record the output to FILE, in asciicast v2")
          ->type_name("FILE");
  run.add_flag("--overwrite", options.overwrite, "Replace the FILE of --record if it exists")
      ->needs(record);
  run.footer(
      "CMD runs on a terminal of its own, relayed to yours. The exit status is that of CMD,\n"
      "128 and the signal's number if one killed it, 127 if CMD is not found, 126 if it cannot be\n"
      "executed, 2 for an error in the options.");
}

void define_up(CLI::App& up, UpOptions& options, UpWords& words) {
  up.add_option("NAME", options.names, "The processes to run; default: all")->type_name("");
  up.add_option("-f,--procfile", options.procfile, "The Procfile; default: Procfile")
      ->type_name("FILE");
  up.add_option("-d,--root", options.root, "Where processes run; default: the Procfile's folder")
      ->type_name("DIR");
  up.add_option("-e,--env", options.env_files, "Files of variables, with commas; default: .env")
      ->type_name("FILE")
      ->delimiter(',')
      ->allow_extra_args(false);
  up.add_option("-m,--formation", words.formation,
                "How many of each: web=2,worker=3; of others all=N, else 0")
      ->type_name("NAME=N");
  up.add_option("-p,--port", options.port, "The first process's PORT; default: $PORT, else 5000")
      ->type_name("N")
      ->check(within(0, most_ports));
  up.add_option("-t,--timeout", options.timeout, "Seconds from SIGTERM to SIGKILL; default: 5")
      ->type_name("SECONDS")
      ->check(within(0.0, longest_timeout));
  up.add_flag("--keep-going", options.keep_going, "Let the others run on when a process dies");
  up.add_flag("--timestamps", options.timestamps, "Begin each line with the time");
  up.add_flag("--raw", options.raw, "Let every control sequence through, not only colours");
  up.add_option("--color", words.colours, "When to use colours: auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember(colours_by_name).description(""));
  up.footer(
      "Ctrl-C stops all processes, a second one kills them. The exit status is that of the "
      "first\n"
      "process to die; 128 and the signal's number if one stopped conq.");
}

bool is_option(const std::string& argument) {
  return argument.size() > 1 && argument.front() == '-';
}

/// Whether the argument after this one belongs to it.
bool takes_next(const CLI::App& app, const std::string& argument) {
  if (argument.find('=') != std::string::npos) return false;
  const CLI::Option* const option = app.get_option_no_throw(argument);
  return option != nullptr && option->get_expected_min() > 0;
}

/// Cuts `run`'s command off the arguments: what follows --, or begins with the first that is
/// neither an option nor the value of one. Whatever that holds is not conq's to read.
std::vector<std::string> split_command(const CLI::App& run, std::vector<std::string>& arguments) {
  auto at = std::find_if_not(arguments.begin(), arguments.end(), is_option);
  if (at == arguments.end() || *at != run.get_name()) return {};
  ++at;
  while (at != arguments.end() && *at != "--" && is_option(*at)) {
    const bool with_value = takes_next(run, *at);
    ++at;
    if (with_value && at != arguments.end()) ++at;
  }
  const auto command = at != arguments.end() && *at == "--" ? at + 1 : at;
  std::vector<std::string> words(command, arguments.end());
  arguments.erase(at, arguments.end());
  return words;
}

void check_subcommand(const CLI::App& app, const std::vector<std::string>& arguments) {
  const auto name = std::find_if_not(arguments.begin(), arguments.end(), is_option);
  if (name == arguments.end()) return;
  const auto has_name = [&](const CLI::App* command) { return command->get_name() == *name; };
  if (!app.get_subcommands(has_name).empty()) return;
  throw Failure(usage_error,
                fmt::format("no subcommand \"{}\"\n`conq --help` tells the usage.", *name));
}

/// What --help and --version print; an error is thrown.
std::string answer_to(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream wrong;
  if (app.exit(error, out, wrong) == 0) {
    std::string text = out.str();
    if (!text.ends_with('\n')) text += '\n';
    return text;
  }
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const std::string command = chosen.empty() ? "" : " " + chosen.front()->get_name();
  throw Failure(usage_error,
                fmt::format("{}\n`conq{} --help` tells the usage.", error.what(), command));
}

}  // namespace

std::variant<RunOptions, UpOptions, Answer> parse_command_line(std::vector<std::string> arguments) {
  CLI::App app{"Serves programs on consoles of their own, from one thread.", "conq"};
  app.set_version_flag("--version", fmt::format("conq {}", version));
  app.formatter(std::make_shared<HelpFormatter>());
  app.require_subcommand(1);
  RunOptions run_options;
  UpOptions up_options;
  UpWords up_words;
  CLI::App* const run = app.add_subcommand("run", "Run a command on a terminal of its own");
  CLI::App* const up = app.add_subcommand("up", "Run the processes of a Procfile");
  define_run(*run, run_options);
  define_up(*up, up_options, up_words);

  check_subcommand(app, arguments);
  run_options.command = split_command(*run, arguments);
  try {
    // CLI11 takes them from the back.
    std::reverse(arguments.begin(), arguments.end());
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return Answer{answer_to(app, error)};
  }
  if (run->parsed()) {
    if (run_options.command.empty()) {
      throw Failure(usage_error, "no command to run\n`conq run --help` tells the usage.");
    }
    return run_options;
  }
  up_options.colours = colours_by_name.at(up_words.colours);
  if (up->get_option("--formation")->count() > 0) {
    up_options.formation = parse_formation(up_words.formation);
  }
  return up_options;
}

}  // namespace conq::app
