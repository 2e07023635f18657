// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>
#include <span>
#include <string>

#include "alarm.hpp"
#include "attach.hpp"

namespace conq::conmon {

/// One connection. What it typed is read to its end whatever becomes of its output, and the other
/// way round: it is gone when both have ended.
class AttachClient : public std::enable_shared_from_this<AttachClient> {
 public:
  AttachClient(AttachServer& server, PolledStream stream) noexcept
      : server_(server), stream_(std::move(stream)) {}

  /// Reads its next message.
  void listen();
  void send(char stream, std::span<const std::byte> bytes);
  bool full() const { return full_; }
  bool idle() const { return waiting_.empty(); }
  bool gone() const { return !types_ && !shown_; }
  /// It has closed its connection though we have not noticed by writing to it.
  bool hung_up() const;
  /// Somebody waits until it has taken what is held for it: it is cut off if it takes nothing.
  void wait_for();
  void close();

 private:
  using Clock = std::chrono::steady_clock;
  void typed(std::error_code ec, std::span<const std::byte> bytes);
  void write_next();
  void wrote(std::error_code ec);
  void be_patient(std::chrono::nanoseconds until);
  void look_whether_it_moved();
  void cut_output(const char* why);

  AttachServer& server_;
  PolledStream stream_;
  bool types_ = true;  ///< it may type more
  bool shown_ = true;  ///< it takes output
  std::list<std::string> waiting_;
  std::size_t held_ = 0;  ///< bytes that are waiting
  bool full_ = false;
  Alarm patience_;
  Clock::time_point moved_{};  ///< when it took something, or it was begun to wait for that
};

}  // namespace conq::conmon
