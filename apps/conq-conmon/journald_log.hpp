// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/uio.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "conq/fd.hpp"
#include "log.hpp"
#include "unix_address.hpp"

namespace conq::conmon {

/// systemd's journal, a message a line, in its native protocol (systemd's JOURNAL_NATIVE_PROTOCOL).
/// Lines that come in pieces are joined up to 8192 bytes. A journal that is not there, or takes
/// nothing for `patience`, costs the messages until it does again.
class JournaldLog final : public Log {
 public:
  explicit JournaldLog(const Options& options,
                       const std::string& socket = "/run/systemd/journal/socket",
                       std::chrono::milliseconds patience = std::chrono::seconds(10));

  void write(Stream stream, std::span<const std::byte> bytes) override;
  void finish() override;

 private:
  void write_one_read(Stream stream, std::string_view rest);
  void send(Stream stream, std::string_view text, bool piece);
  int send(msghdr header);
  int send_as_file(std::span<const iovec> message);
  void told(int error);

  UnixAddress address_;
  Fd socket_;
  std::string fields_;                  ///< those that are the same for all
  std::array<std::string, 2> started_;  ///< what each stream has said of a line so far
  bool failing_ = false;                ///< said already
  std::uint64_t lost_ = 0;              ///< messages
};

}  // namespace conq::conmon
