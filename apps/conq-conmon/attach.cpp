// SPDX-License-Identifier: Apache-2.0
#include "attach.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "attach_client.hpp"
#include "files.hpp"
#include "messages.hpp"

namespace conq::conmon {

AttachServer::AttachServer(Poller& poller, const std::string& bundle, Input& input,
                           std::function<void()> client_ended)
    : poller_(poller),
      input_(input),
      client_ended_(std::move(client_ended)),
      listener_(bind_in(bundle, "attach", SOCK_SEQPACKET, 0700)) {
  if (::listen(listener_.get(), 10) != 0 || ::fcntl(listener_.get(), F_SETOWN, ::getpid()) != 0 ||
      ::fcntl(listener_.get(), F_SETFL, O_NONBLOCK | O_ASYNC) != 0) {
    fail("listen on the attach socket");
  }
}

void AttachServer::let_in() {
  // Those that have left by halves are noticed here at the latest.
  std::erase_if(clients_, [](const auto& each) { return each->hung_up(); });
  refused_ = false;
  while (!finishing_) {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!fd) {
      if (errno == EINTR || errno == ECONNABORTED) continue;
      if (errno == EAGAIN) return;
      refused_ = true;
      return say_error(std::string("accept a client: ") + std::strerror(errno));
    }
    std::error_code ec;
    PolledStream stream = poller_.add(std::move(fd), ec);
    if (ec) {
      say_error("accept a client: " + ec.message());
      continue;
    }
    clients_.push_back(std::make_shared<AttachClient>(*this, std::move(stream)));
    clients_.back()->listen();
  }
}

void AttachServer::send(Stream stream, std::span<const std::byte> bytes) {
  // One that leaves is taken off the list.
  for (auto next = clients_.begin(); next != clients_.end();) {
    const auto client = *next++;
    client->send(stream == Stream::out ? 2 : 3, bytes);
  }
}

bool AttachServer::full() const {
  return std::any_of(clients_.begin(), clients_.end(),
                     [](const auto& each) { return each->full(); });
}

void AttachServer::finish() {
  finishing_ = true;
  listener_.reset();
  for (const auto& each : clients_) {
    if (each->idle()) {
      each->close();
    } else {
      each->wait_for();
    }
  }
  std::erase_if(clients_, [](const auto& each) { return each->idle(); });
}

void AttachServer::close() {
  finishing_ = true;
  listener_.reset();
  for (const auto& each : clients_) each->close();
  clients_.clear();
}

void AttachServer::moved(AttachClient& client) {
  if (client.gone() || (finishing_ && client.idle())) {
    client.close();
    clients_.remove_if([&](const auto& each) { return each.get() == &client; });
    if (refused_) ::raise(SIGIO);
  } else if (finishing_ || client.full()) {
    client.wait_for();
  }
  if (room_ && (finishing_ ? clients_.empty() : !full())) room_();
}

}  // namespace conq::conmon
