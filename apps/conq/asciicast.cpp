// SPDX-License-Identifier: Apache-2.0
#include "asciicast.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
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

Failure cannot_record(const std::string& path, const std::string& why) {
  return {failed, fmt::format("cannot record to {}: {}", path, why)};
}

/// Why the regular file that `path` led to must not be written on; nothing if it may. Whoever else
/// can write in the folder may have put a link there, or a file of theirs.
std::string what_forbids(const std::string& path, const struct stat& opened) {
  struct stat named {};
  if (::lstat(path.c_str(), &named) != 0) return last_error().message();
  if (named.st_ino != opened.st_ino || named.st_dev != opened.st_dev) return "it is a link";
  if (opened.st_uid != ::geteuid()) return "it belongs to another user";
  return {};
}

/// The file that is there, emptied; a device or a pipe as it is.
Fd open_existing(const std::string& path) {
  Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  struct stat opened {};
  if (!file || ::fstat(file.get(), &opened) != 0 || !S_ISREG(opened.st_mode)) return file;
  const std::string wrong = what_forbids(path, opened);
  if (!wrong.empty()) throw cannot_record(path, wrong);
  if (::fchmod(file.get(), mode) != 0 || ::ftruncate(file.get(), 0) != 0) return {};
  return file;
}

}  // namespace

Asciicast::Asciicast(std::string path, bool overwrite, const Header& header)
    : path_(std::move(path)) {
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file_ && errno == EEXIST && overwrite) file_ = open_existing(path_);
  if (!file_) {
    const bool exists = errno == EEXIST && !overwrite;
    throw cannot_record(path_,
                        last_error().message() + (exists ? "; --overwrite replaces it" : ""));
  }
  write_line(header_line(header));
  if (error_) throw cannot_record(path_, error_.message());
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
  struct stat status {};
  // Root could remove /dev/null.
  if (::fstat(file_.get(), &status) == 0 && S_ISREG(status.st_mode)) ::unlink(path_.c_str());
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
