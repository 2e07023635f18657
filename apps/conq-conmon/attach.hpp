// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>

#include "conq/conq.hpp"
#include "input.hpp"
#include "log.hpp"

namespace conq::conmon {

class AttachClient;

/// The attach socket, BUNDLE/attach, and who is there. A client that reads too slowly has a buffer
/// (`most_held`); when that is full the container waits for it, and after `patience` without a
/// message taken it is cut off, which is said. Nobody else loses anything.
class AttachServer {
 public:
  static constexpr std::size_t most_held = std::size_t{1} << 20U;
  static constexpr std::chrono::seconds patience{5};

  /// Throws std::system_error. `client_ended` is called when one has ended its input.
  AttachServer(Poller& poller, const std::string& bundle, Input& input,
               std::function<void()> client_ended);

  /// Takes who waits to be let in: to be called at SIGIO, which each new client makes. (A listening
  /// socket cannot be read, so no poller tells of it.)
  void let_in();

  /// At most 8192 bytes: podman's buffer has room for one more, which says of which stream they
  /// are.
  void send(Stream stream, std::span<const std::byte> bytes);

  /// Somebody's buffer is full.
  bool full() const;
  /// Called each time nobody's is any more; after finish() when all was sent, and nobody is left.
  void on_room(std::function<void()> told) { room_ = std::move(told); }
  /// The last byte was given to send(). Clients are closed as soon as they have all.
  void finish();
  /// Closes all that is left.
  void close();
  bool empty() const { return clients_.empty(); }

 private:
  friend class AttachClient;
  void moved(AttachClient& client);

  Poller& poller_;
  Input& input_;
  std::function<void()> client_ended_;
  std::function<void()> room_;
  Fd listener_;
  std::list<std::shared_ptr<AttachClient>> clients_;
  bool finishing_ = false;
  bool refused_ = false;  ///< one could not be let in, and may still wait
};

}  // namespace conq::conmon
