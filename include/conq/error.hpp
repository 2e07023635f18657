// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <system_error>

namespace conq {

/// What conq itself reports. What the kernel reports stays in std::system_category().
enum class errc {
  not_a_console = 1,    ///< the descriptor is open but is no terminal device
  closed,               ///< the object was closed, or moved from
  shut_down,            ///< shutdown() ended the operation
  hung_up,              ///< under Hangup::end: the other side is gone
  not_registered,       ///< no console with this descriptor is on the queue
  already_registered,   ///< the descriptor is on the queue already
  timed_out,            ///< the time given has passed
  forked,               ///< this process was forked from the one whose poller it is
  foreign_peer,         ///< the peer of a console socket is another user, and not root
  no_descriptor,        ///< the peer of a console socket is gone, and has sent no descriptor
  several_descriptors,  ///< it sent more than one
  descriptor_lost,      ///< it sent one that could not be taken: too many are open, mostly
  not_a_pty_master,     ///< the descriptor is no pty master open for reading and writing
};

/// The category of errc. Thread-safe, never fails.
const std::error_category& error_category() noexcept;

/// Found by argument-dependent look-up: makes `std::error_code ec = errc::closed` work.
inline std::error_code make_error_code(errc e) noexcept {
  return {static_cast<int>(e), error_category()};
}

/// Thrown by the throwing form of every call: a std::system_error whose text says what was tried on
/// which console, for instance "read /dev/pts/3: Input/output error". Where conq itself finds no
/// memory, std::errc::not_enough_memory in the other form, std::bad_alloc is thrown instead.
class Error : public std::system_error {
 public:
  Error(std::error_code code, const std::string& what) : std::system_error(code, what) {}
};

}  // namespace conq

template <>
struct std::is_error_code_enum<conq::errc> : std::true_type {};
