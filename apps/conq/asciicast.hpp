// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

#include "conq/console.hpp"
#include "conq/fd.hpp"

namespace conq::app {

/// Writes a recording in asciicast v2, a JSON value a line: a header, then events with their time.
///
/// Each event is in the file when the call returns, so that a recording cut short still plays. A
/// character that two pieces of output share is kept whole; bytes that are no UTF-8, which JSON
/// cannot hold, become U+FFFD. After an error nothing more is written: the session goes on.
class Asciicast {
 public:
  using Time = std::chrono::nanoseconds;  ///< since the beginning

  struct Header {
    WinSize size;
    std::time_t start = 0;
    std::string shell, term;  ///< variables of the environment, left out where empty
  };

  /// Makes the file, for its owner alone, and writes the header. Throws a Failure; a file that
  /// exists is one unless it is to be overwritten, and then if it is another user's or a link.
  /// A device or a pipe is written to as it is, unless it is another user's but root's devices.
  Asciicast(std::string path, bool overwrite, const Header& header);

  /// A pipe or a device that takes nothing is waited for, until this says true: the recording then
  /// stops with std::errc::operation_canceled.
  void give_up_if(std::function<bool()> told) { told_to_end_ = std::move(told); }

  void output(Time at, std::string_view bytes);
  void resize(Time at, WinSize size);
  /// Writes what is left of a character that never got its end.
  void finish(Time at);
  /// Removes the file, unless it is a device or a pipe: nothing was recorded.
  void discard() noexcept;

  /// What stopped the recording, if anything did.
  std::error_code error() const noexcept { return error_; }
  const std::string& path() const noexcept { return path_; }

 private:
  template <class Step>
  void record(Step step);
  void event(Time at, char kind, const std::string& data);
  void write(std::string_view line);
  bool has_room();
  /// Of a line that could not be written to its end, so that the recording plays.
  void remove_beginning(std::size_t size) noexcept;

  std::string path_;
  Fd file_;
  bool is_regular_ = false;
  std::function<bool()> told_to_end_;
  std::string tail_;  // the beginning of a character
  std::error_code error_;
};

}  // namespace conq::app
