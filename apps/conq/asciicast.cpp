// SPDX-License-Identifier: Apache-2.0
#include "asciicast.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>
#include <nlohmann/json.hpp>

#include "failure.hpp"
#include "utf8.hpp"

namespace conq::app {
namespace {

// Sessions are private: passwords are typed in them.
constexpr mode_t mode = 0600;

/// A string of JSON. Only strings are left to the library: where it finds no memory, the end of an
/// object of its own ends the program (its destructor allocates).
std::string text_of(const std::string& text) {
  using nlohmann::json;
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::error_code last_error() noexcept { return {errno, std::generic_category()}; }

std::string header_line(const Asciicast::Header& header) {
  std::string environment;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    environment += fmt::format("{}\"{}\":{}", environment.empty() ? "" : ",", name, text_of(value));
  };
  add("SHELL", header.shell);
  add("TERM", header.term);
  if (!environment.empty()) environment = fmt::format(",\"env\":{{{}}}", environment);
  return fmt::format(R"({{"version":2,"width":{},"height":{},"timestamp":{}{}}})"
                     "\n",
                     header.size.cols, header.size.rows, header.start, environment);
}

Failure cannot_record(const std::string& path, const std::string& why) {
  return {failed, fmt::format("cannot record to {}: {}", path, why)};
}

/// Whether `path` itself, not what a link of this name leads to, is the file that was opened.
bool leads_to(const std::string& path, const struct stat& opened) noexcept {
  struct stat named {};
  return ::lstat(path.c_str(), &named) == 0 && named.st_ino == opened.st_ino &&
         named.st_dev == opened.st_dev;
}

/// Why the file that `path` led to must not be written on; nothing if it may. Whoever else can
/// write in the folder may have put a link there, or a file or a pipe of theirs. /dev/stdout is a
/// link, to a pipe of ours; /dev/null is root's.
std::string what_forbids(const std::string& path, const struct stat& opened) {
  const bool is_regular = S_ISREG(opened.st_mode);
  if (is_regular && !leads_to(path, opened)) return "it is a link";
  const bool is_device = S_ISCHR(opened.st_mode) || S_ISBLK(opened.st_mode);
  const bool is_ours = opened.st_uid == ::geteuid() || (is_device && opened.st_uid == 0);
  return is_ours ? "" : "it belongs to another user";
}

/// The file that is there, emptied; a device or a pipe as it is.
Fd open_existing(const std::string& path) {
  Fd file(::open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  struct stat opened {};
  if (!file || ::fstat(file.get(), &opened) != 0) return {};
  const std::string wrong = what_forbids(path, opened);
  if (!wrong.empty()) throw cannot_record(path, wrong);
  if (!S_ISREG(opened.st_mode)) return file;
  if (::fchmod(file.get(), mode) != 0 || ::ftruncate(file.get(), 0) != 0) return {};
  return file;
}

}  // namespace

Asciicast::Asciicast(std::string path, bool overwrite, const Header& header)
    : path_(std::move(path)) {
  // Before there is a file, as memory may be short.
  const std::string first = header_line(header);
  file_.reset(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file_ && errno == EEXIST && overwrite) file_ = open_existing(path_);
  if (!file_) {
    const bool exists = errno == EEXIST && !overwrite;
    throw cannot_record(path_,
                        last_error().message() + (exists ? "; --overwrite replaces it" : ""));
  }
  struct stat opened {};
  is_regular_ = ::fstat(file_.get(), &opened) == 0 && S_ISREG(opened.st_mode);
  write(first);
  if (!error_) return;
  discard();
  throw cannot_record(path_, error_.message());
}

void Asciicast::output(Time at, std::string_view bytes) {
  record([&] {
    std::string text = std::move(tail_) + std::string(bytes);
    const std::size_t whole = text.size() - incomplete_utf8_tail(text);
    tail_ = text.substr(whole);
    text.resize(whole);
    if (!text.empty()) event(at, 'o', text);
  });
}

void Asciicast::resize(Time at, WinSize size) {
  record([&] { event(at, 'r', fmt::format("{}x{}", size.cols, size.rows)); });
}

void Asciicast::finish(Time at) {
  record([&] {
    if (!tail_.empty()) event(at, 'o', std::exchange(tail_, {}));
  });
}

void Asciicast::discard() noexcept {
  struct stat opened {};
  // Root could remove /dev/null.
  const bool is_known = is_regular_ && ::fstat(file_.get(), &opened) == 0;
  if (is_known && leads_to(path_, opened)) ::unlink(path_.c_str());
  file_.reset();
}

template <class Step>
void Asciicast::record(Step step) {
  if (error_) return;
  try {
    step();
  } catch (const std::bad_alloc&) {
    // The session matters more.
    error_ = std::make_error_code(std::errc::not_enough_memory);
  }
}

void Asciicast::event(Time at, char kind, const std::string& data) {
  const double seconds = std::chrono::duration<double>(at).count();
  write(fmt::format("[{:.6f}, \"{}\", {}]\n", seconds, kind, text_of(data)));
}

void Asciicast::write(std::string_view line) {
  std::string_view rest = line;
  // As much as a pipe that has room takes without waiting.
  const std::size_t most = is_regular_ ? rest.size() : PIPE_BUF;
  while (!rest.empty() && !error_ && has_room()) {
    const ssize_t count = ::write(file_.get(), rest.data(), std::min(rest.size(), most));
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      error_ = last_error();
    }
  }
  if (error_) remove_beginning(line.size() - rest.size());
}

bool Asciicast::has_room() {
  if (is_regular_) return true;
  // A signal that comes right before poll() does not end it.
  constexpr int look_again_ms = 100;
  pollfd room{file_.get(), POLLOUT, 0};
  while (::poll(&room, 1, look_again_ms) <= 0) {
    if (!told_to_end_ || !told_to_end_()) continue;
    error_ = std::make_error_code(std::errc::operation_canceled);
    return false;
  }
  return true;
}

void Asciicast::remove_beginning(std::size_t size) noexcept {
  // A pipe has no place to go back to.
  const off_t end = ::lseek(file_.get(), -static_cast<off_t>(size), SEEK_CUR);
  [[maybe_unused]] const int cut = end < 0 ? 0 : ::ftruncate(file_.get(), end);
}

}  // namespace conq::app
