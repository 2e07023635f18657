// SPDX-License-Identifier: Apache-2.0
#include "notify.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "files.hpp"
#include "messages.hpp"
#include "unix_address.hpp"

namespace conq::conmon {
namespace {

/// What is passed on of a message; one that is ready tells no more than that.
std::string_view worth_passing(std::span<const std::byte> message) {
  std::string_view rest(reinterpret_cast<const char*>(message.data()), message.size());
  std::string_view found;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() == rest.size() ? line.size() : line.size() + 1);
    if (line == "READY=1") return "READY=1";
    if (line == "WATCHDOG=1") found = "WATCHDOG=1";
  }
  return found;
}

}  // namespace

struct NotifyRelay::State : std::enable_shared_from_this<State> {
  State(Poller& used, const std::string& bundle, std::string host_socket)
      : poller(used),
        host(std::move(host_socket)),
        socket(bind_in(bundle + "/notify", "notify.sock", SOCK_DGRAM, 0777)) {}

  /// Also after a read of nothing. That was an empty datagram, which anybody in the container may
  /// send, or the end of the poller, which takes no socket then.
  void listen(std::error_code& ec) {
    Fd same(::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
    if (!same) {
      ec.assign(errno, std::system_category());
      return;
    }
    incoming = poller.add(std::move(same), ec);
    if (!ec) read_on();
  }

  void read_on() {
    std::error_code ec;
    incoming.async_read(
        [weak = weak_from_this()](std::error_code error, std::span<const std::byte> message) {
          const auto self = weak.lock();
          if (!self || error) return;
          if (message.empty()) {
            self->listen(error);
          } else if (!self->pass(worth_passing(message))) {
            self->read_on();
          }
        },
        ec);
  }

  /// False if nothing is under way. The next message is read when the host has taken this one.
  bool pass(std::string_view text) {
    if (text.empty()) return false;
    std::error_code ec = connect();
    if (!ec) {
      outgoing.async_write(
          std::as_bytes(std::span(text)),
          [weak = weak_from_this()](std::error_code error, std::size_t) {
            const auto self = weak.lock();
            if (!self) return;
            self->outgoing = {};
            if (error) self->say_lost(error);
            self->read_on();
          },
          ec);
    }
    if (ec) say_lost(ec);
    return !ec;
  }

  std::error_code connect() {
    std::error_code ec;
    try {
      const UnixAddress address(host);
      Fd to_host(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      if (!to_host || ::connect(to_host.get(), address.get(), address.size()) != 0) {
        return {errno, std::system_category()};
      }
      outgoing = poller.add(std::move(to_host), ec);
    } catch (const std::system_error& error) {
      return error.code();
    }
    return ec;
  }

  void say_lost(std::error_code error) const {
    say_warning("notify socket " + host + ": " + error.message());
  }

  Poller& poller;
  std::string host;
  Fd socket;
  Poller::PolledStream incoming;
  Poller::PolledStream outgoing;
};

NotifyRelay::NotifyRelay(Poller& poller, const std::string& bundle, const std::string& host_socket)
    : state_(std::make_shared<State>(poller, bundle, host_socket)) {
  std::error_code ec;
  state_->listen(ec);
  if (ec) throw std::system_error(ec, "notify socket of " + bundle);
}

NotifyRelay::~NotifyRelay() = default;

}  // namespace conq::conmon
