// SPDX-License-Identifier: Apache-2.0
#include "console_socket/console_arrival.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "console_socket/unix_socket_kernel.hpp"

namespace conq::detail {
namespace {

/// No peer is there (any more), which is nothing to report.
bool is_none(std::error_code error) noexcept {
  return error == std::errc::resource_unavailable_try_again ||
         error == std::errc::operation_would_block || error == std::errc::connection_aborted;
}

/// Of this receiver alone: a descriptor more may be free for the next.
bool may_pass(std::error_code error) noexcept {
  return error == std::errc::too_many_files_open ||
         error == std::errc::too_many_files_open_in_system || error == std::errc::no_buffer_space ||
         error == std::errc::not_enough_memory;
}

}  // namespace

void ConsoleArrival::listen(const std::string& path, std::error_code& ec) {
  stream = file_.listen(path, ec);
  name = "console socket " + file_.path();
}

Arrival ConsoleArrival::look(int fd) noexcept {
  return connected_ ? message_.receive(fd) : accept(fd);
}

Arrival ConsoleArrival::accept(int listener) noexcept {
  Arrival arrival;
  do {
    arrival.next = accept_connection(listener, arrival.error);
  } while (arrival.error == std::errc::interrupted);
  if (is_none(arrival.error)) {
    arrival.error.clear();
    return arrival;
  }
  if (may_pass(arrival.error)) return arrival;
  // A runtime that comes now is to find nobody, rather than wait for an answer.
  file_.remove();
  connected_ = true;
  if (!arrival.error) {
    const uid_t user = peer_user(arrival.next.get(), arrival.error);
    if (!arrival.error && user != ::geteuid() && user != 0) arrival.error = errc::foreign_peer;
  }
  arrival.state = arrival.error ? Arrival::State::over : Arrival::State::progress;
  return arrival;
}

}  // namespace conq::detail
