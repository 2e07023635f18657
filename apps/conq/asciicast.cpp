// SPDX-License-Identifier: Apache-2.0
#include "asciicast.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "utf8.hpp"

namespace conq::app {
namespace {

using Json = nlohmann::ordered_json;
// Sessions are private: passwords are typed in them.
constexpr mode_t mode = 0600;

std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

std::string header_line(const Asciicast::Header& header) {
  Json json{{"version", 2},
            {"width", header.size.cols},
            {"height", header.size.rows},
            {"timestamp", header.start}};
  Json environment = Json::object();
  if (!header.shell.empty()) environment["SHELL"] = header.shell;
  if (!header.term.empty()) environment["TERM"] = header.term;
  if (!environment.empty()) json["env"] = environment;
  return text_of(json);
}

}  // namespace

Asciicast::Asciicast(std::string path, bool overwrite, const Header& header)
    : path_(std::move(path)) {
  const int existing = overwrite ? O_TRUNC : O_EXCL;
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | existing, mode));
  if (!file_) {
    const bool exists = errno == EEXIST && !overwrite;
    throw Failure(failed, fmt::format("cannot record to {}: {}{}", path_, last_error().message(),
                                      exists ? "; --overwrite replaces it" : ""));
  }
  write_line(header_line(header));
  if (error_) {
    throw Failure(failed, fmt::format("cannot record to {}: {}", path_, error_.message()));
  }
}

void Asciicast::output(Time at, std::string_view bytes) {
  std::string text = std::move(tail_) + std::string(bytes);
  const std::size_t whole = text.size() - incomplete_utf8_tail(text);
  tail_ = text.substr(whole);
  text.resize(whole);
  if (!text.empty()) event(at, 'o', text);
}

void Asciicast::resize(Time at, WinSize size) {
  event(at, 'r', fmt::format("{}x{}", size.cols, size.rows));
}

void Asciicast::finish(Time at) {
  if (!tail_.empty()) event(at, 'o', std::exchange(tail_, {}));
}

void Asciicast::discard() noexcept {
  ::unlink(path_.c_str());
  file_.reset();
}

void Asciicast::event(Time at, char kind, const std::string& data) {
  const double seconds = std::chrono::duration<double>(at).count();
  write_line(fmt::format("[{:.6f}, \"{}\", {}]", seconds, kind, text_of(Json(data))));
}

void Asciicast::write_line(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty() && !error_) {
    const ssize_t count = ::write(file_.get(), rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      error_ = last_error();
    }
  }
}

}  // namespace conq::app
