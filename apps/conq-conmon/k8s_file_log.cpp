// SPDX-License-Identifier: Apache-2.0
#include "k8s_file_log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "messages.hpp"

namespace conq::conmon {
namespace {

constexpr int appending = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC;
constexpr mode_t for_its_owner = 0600;

std::string reason(int error) { return std::generic_category().message(error); }

}  // namespace

std::string_view K8sStamp::of(const timespec& time, Stream stream) noexcept {
  constexpr std::size_t nanoseconds = 20;
  constexpr std::size_t name = 36;
  if (time.tv_sec != second_) {
    second_ = time.tv_sec;
    std::tm local{};
    ::localtime_r(&second_, &local);
    const std::size_t end = std::strftime(text_.data(), text_.size(), "%FT%T.000000000%z", &local);
    // +0700 becomes +07:00.
    std::copy_backward(&text_[end - 2], &text_[end], &text_[end + 1]);
    text_[end - 2] = ':';
    std::string_view(" stdout ").copy(&text_[end + 1], 8);
  }
  long rest = time.tv_nsec;
  for (std::size_t digit = nanoseconds + 9; digit-- > nanoseconds; rest /= 10) {
    text_[digit] = static_cast<char>('0' + rest % 10);
  }
  std::string_view(stream == Stream::out ? "stdout" : "stderr").copy(&text_[name], 6);
  return {text_.data(), size};
}

/// Records that wait for one write(2): all of a read's, unless its lines are very short.
/// What of it is not needed costs no time and no memory.
class K8sFileLog::Batch {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init,modernize-use-equals-default)
  Batch() noexcept {}
  std::size_t room() const noexcept { return bytes_.size() - size_; }
  std::string_view text() const noexcept { return {bytes_.data(), size_}; }
  void add(std::string_view stamp, char kind, std::string_view line) noexcept {
    char* at = bytes_.data() + size_;
    // Of a size that the compiler knows, as this is done for each line.
    std::memcpy(at, stamp.data(), K8sStamp::size);
    at += K8sStamp::size;
    *at++ = kind;
    *at++ = ' ';
    at += line.copy(at, line.size());
    *at++ = '\n';
    size_ = static_cast<std::size_t>(at - bytes_.data());
  }
  void clear() noexcept { size_ = 0; }

 private:
  std::array<char, std::size_t{32} * 1024> bytes_;
  std::size_t size_ = 0;
};

K8sFileLog::K8sFileLog(std::string path, const Limits& limits)
    : path_(std::move(path)),
      limits_(limits),
      file_(::open(path_.c_str(), appending, for_its_owner)) {
  if (!file_) throw std::system_error(errno, std::generic_category(), "log file " + path_);
  look_at_file();
  total_ = written_;
}

void K8sFileLog::write(Stream stream, std::span<const std::byte> bytes) {
  std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  if (now.tv_sec != std::exchange(looked_, now.tv_sec)) look_for_removal();
  const std::string_view stamp = stamp_.of(now, stream);
  Batch batch;
  while (!rest.empty()) {
    write_one_read(stamp, rest.substr(0, longest_read), batch);
    rest.remove_prefix(std::min(rest.size(), longest_read));
  }
  flush(batch);
}

void K8sFileLog::write_one_read(std::string_view stamp, std::string_view bytes, Batch& batch) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const bool whole = end != std::string_view::npos;
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(line.size() + (whole ? 1 : 0));
    const std::size_t size = stamp.size() + 2 + line.size() + 1;
    if (limits_.total > 0 && total_ >= limits_.total) {
      if (!std::exchange(full_, true))
        say_warning("log " + path_ + " has reached --log-global-size-max and ends");
      break;
    }
    const auto counted = static_cast<std::int64_t>(size);
    if (limits_.file > 0 && regular_ && written_ + counted > limits_.file) {
      flush(batch);
      rotate();
    }
    if (size > batch.room()) flush(batch);
    batch.add(stamp, whole ? 'F' : 'P', line);
    written_ += counted;
    total_ += counted;
  }
}

void K8sFileLog::flush(Batch& batch) {
  std::string_view rest = batch.text();
  while (!rest.empty()) {
    const ssize_t taken = ::write(file_.get(), rest.data(), rest.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken <= 0) {
      lose(batch.text().substr(0, batch.text().size() - rest.size()), rest);
      break;
    }
    rest.remove_prefix(static_cast<std::size_t>(taken));
    if (unwritable_ && rest.empty()) {
      say_warning("log " + path_ + " is written again; bytes lost: " + std::to_string(lost_));
      unwritable_ = false;
      lost_ = 0;
    }
  }
  batch.clear();
}

/// A full disk takes part of a record at times. It is taken back: what is in the file can be read.
void K8sFileLog::lose(std::string_view kept, std::string_view lost) {
  const int error = errno;
  const std::size_t torn = kept.size() - (kept.rfind('\n') + 1);
  if (torn > 0 && regular_) {
    const off_t end = ::lseek(file_.get(), 0, SEEK_CUR);
    [[maybe_unused]] const int done = ::ftruncate(file_.get(), end - static_cast<off_t>(torn));
  }
  lost_ += lost.size() + torn;
  total_ -= static_cast<std::int64_t>(lost.size() + torn);
  look_at_file();
  if (std::exchange(unwritable_, true)) return;
  say_error("log " + path_ + " cannot be written, output is lost: " + reason(error));
}

void K8sFileLog::rotate() {
  sync();
  if (begin_anew()) {
    unrotatable_ = false;
  } else {
    if (!std::exchange(unrotatable_, true)) {
      say_error("log " + path_ + " is emptied, as none can take its place: " + reason(errno));
    }
    [[maybe_unused]] const int done = ::ftruncate(file_.get(), 0);
  }
  written_ = 0;
}

/// As conmon 2.1: those who have the old file open keep it, whole.
bool K8sFileLog::begin_anew() {
  const std::string beside = path_ + ".tmp";
  ::unlink(beside.c_str());
  Fd fresh(::open(beside.c_str(), appending | O_EXCL, for_its_owner));
  if (!fresh) return false;
  if (::rename(beside.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    ::unlink(beside.c_str());
    errno = error;
    return false;
  }
  file_ = std::move(fresh);
  return true;
}

void K8sFileLog::reopen() {
  sync();
  Fd again(::open(path_.c_str(), appending, for_its_owner));
  if (again) {
    file_ = std::move(again);
    look_at_file();
    unopenable_ = false;
  } else if (!std::exchange(unopenable_, true)) {
    say_error("log " + path_ + " cannot be opened anew: " + reason(errno));
  }
}

/// Nobody will read what is written to a file without a name.
void K8sFileLog::look_for_removal() {
  struct stat now {};
  if (regular_ && ::fstat(file_.get(), &now) == 0 && now.st_nlink == 0) reopen();
}

void K8sFileLog::look_at_file() {
  struct stat now {};
  if (::fstat(file_.get(), &now) != 0) return;
  regular_ = S_ISREG(now.st_mode);
  written_ = now.st_size;
}

void K8sFileLog::finish() { sync(); }

void K8sFileLog::sync() {
  if (!limits_.sync || !regular_ || ::fsync(file_.get()) == 0) return;
  say_warning("log " + path_ + " cannot be synced: " + reason(errno));
}

}  // namespace conq::conmon
