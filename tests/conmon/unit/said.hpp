// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>

#include "conq/fd.hpp"
#include "messages.hpp"

namespace conq::conmon {

/// What is said on standard error while this lives.
class Said {
 public:
  explicit Said(Level level = Level::warn) {
    set_up_messages(level, false, "");
    ::dup2(file_.get(), STDERR_FILENO);
  }
  Said(const Said&) = delete;
  Said& operator=(const Said&) = delete;
  ~Said() { ::dup2(before_.get(), STDERR_FILENO); }

  std::string text() const {
    std::array<char, 65536> room{};
    const ssize_t size = ::pread(file_.get(), room.data(), room.size(), 0);
    return {room.data(), static_cast<std::size_t>(size)};
  }

 private:
  Fd before_{::dup(STDERR_FILENO)};
  Fd file_{::memfd_create("said", MFD_CLOEXEC)};
};

}  // namespace conq::conmon
