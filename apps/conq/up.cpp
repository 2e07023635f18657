// SPDX-License-Identifier: Apache-2.0
#include "up.hpp"

#include <fmt/format.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers)
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "death_signal.hpp"
#include "dotenv.hpp"
#include "environment.hpp"
#include "failure.hpp"
#include "open_files.hpp"
#include "procfile.hpp"
#include "read_file.hpp"
#include "standard_stream.hpp"
#include "supervisor.hpp"

namespace conq::app {
namespace {

constexpr int first_port = 5000;

/// Where the files of a call are.
struct Places {
  std::string procfile;
  std::string root;
};

Places places_of(const UpOptions& options) {
  const std::filesystem::path root(options.root.value_or(""));
  Places places;
  places.procfile = options.procfile.value_or(root / "Procfile");
  places.root = options.root.value_or(std::filesystem::path(places.procfile).parent_path());
  if (places.root.empty()) places.root = ".";
  if (!std::filesystem::is_directory(places.root) && options.root) {
    throw Failure(failed, fmt::format("{} is no folder", places.root));
  }
  return places;
}

/// The files of variables: those named, else .env of the current folder, as foreman has it, or of
/// the processes'.
std::vector<std::string> env_files_of(const UpOptions& options, const Places& places) {
  if (!options.env_files.empty()) return options.env_files;
  const std::string beside = std::filesystem::path(places.root) / ".env";
  for (const std::string& file : {std::string(".env"), beside}) {
    if (!(options.root && file != beside) && is_file(file)) return {file};
  }
  return {};
}

int base_port(const UpOptions& options, const Environment& environment) {
  if (options.port) return *options.port;
  const std::string text = environment.get("PORT").value_or("");
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  return whole && port >= 0 ? port : first_port;
}

bool wants_colours(const UpOptions& options, bool is_terminal) {
  if (options.colours != Colours::automatic) return options.colours == Colours::always;
  const char* const term = std::getenv("TERM");
  const bool is_dumb = term == nullptr || std::string_view(term) == "dumb";
  return is_terminal && !is_dumb && !colours_unwanted();
}

}  // namespace

int up(const UpOptions& options) {
  const Places places = places_of(options);
  const std::vector<ProcfileEntry> entries =
      parse_procfile(read_file(places.procfile), places.procfile);
  Environment environment = Environment::of_this_process();
  for (const std::string& file : env_files_of(options, places)) {
    for (const auto& [name, value] : parse_dotenv(read_file(file))) environment.set(name, value);
  }

  SupervisorOptions supervisor;
  supervisor.processes =
      plan(entries, options.names, options.formation, base_port(options, environment));
  for (const PlannedProcess& process : supervisor.processes) {
    environment.set("PORT", std::to_string(process.port));
    environment.set("PS", process.instance);
    supervisor.environments.push_back(environment.list());
  }
  supervisor.directory = places.root;
  supervisor.timeout = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(options.timeout));
  supervisor.keep_going = options.keep_going;
  supervisor.raw = options.raw;

  // A master, a slave kept for its last bytes and a watched exit each.
  constexpr std::uint64_t files_of_a_process = 3;
  constexpr std::uint64_t own_files = 64;
  supervisor.open_files =
      allow_open_files(supervisor.processes.size() * files_of_a_process + own_files);
  StandardStream standard_output(STDOUT_FILENO, StandardStream::Direction::out);
  supervisor.style = {wants_colours(options, standard_output.is_terminal()), options.timestamps};
  auto poller = std::make_unique<Poller>();
  Channel output = standard_output.add_to(*poller);
  send_at_our_end(SIGTERM);
  return Supervisor(std::move(supervisor), std::move(poller), std::move(output)).run();
}

}  // namespace conq::app
