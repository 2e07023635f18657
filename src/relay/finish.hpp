// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "engine/registration.hpp"

namespace conq::detail {

/// The end-of-file key of a console (VEOF), pressed for a source that has ended.
class EofKey {
 public:
  /// What to type into `console` now, `last` being the last byte that was written to it; nothing
  /// where it is no console or its key is disabled.
  std::span<const std::byte> press(Registration& console, std::byte last) noexcept;

  /// At output: whether the console has changed between line and character mode since the key was
  /// pressed, so that it has to be pressed again; gives what to type then. So it has once where it
  /// was pressed in character mode: it may have come late, in line mode, and that be over by now
  /// (Linux 6.18, seen: by 2.5 ms, its worker having had no CPU).
  std::span<const std::byte> press_again(Registration& console) noexcept;

 private:
  std::array<std::byte, 2> keys_{};
  bool pressed_ = false;
  bool doubtful_ = false;  ///< no output has come since it was pressed in character mode
  bool by_lines_ = false;  ///< when it was pressed the console passed on whole lines (ICANON)
};

/// Ends the writing side of a socket; does nothing to anything else.
void close_write(Registration& stream) noexcept;

}  // namespace conq::detail
