// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "conq/conq.hpp"
#include "log.hpp"

namespace conq::conmon {

/// Where output goes.
struct OutputSink {
  std::function<void(Stream, std::span<const std::byte>)> take;
  std::function<bool()> full;  ///< nothing more is to be read for now
  std::function<void()> ended;
};

/// One stream of the container's, read to its end.
class Output {
 public:
  Output(Stream stream, const OutputSink& sink) noexcept : stream_(stream), sink_(sink) {}

  /// Where it comes from; a console, too, has to outlive this. `held`: what comes is held for
  /// words() or release(), as it may be the runtime's own.
  void open(Channel& from, bool console, bool held);
  /// Reads on, if it may.
  void read();
  /// What the runtime said, at most so many bytes. Only before release().
  std::string words(std::size_t most);
  void release();
  /// Whoever wrote is gone: what is there now is read, then this has ended.
  void drain();
  bool ended() const { return ended_; }

 private:
  void came(std::error_code ec, std::span<const std::byte> bytes);
  std::span<const std::byte> gather(std::span<const std::byte> bytes);
  void end();

  Stream stream_;
  const OutputSink& sink_;
  Channel* from_ = nullptr;
  std::optional<std::string> held_;
  std::vector<std::byte> gathered_;
  std::optional<std::size_t> left_;  ///< of a pipe: what it held when whoever wrote had gone
  bool console_ = false;
  bool reading_ = false;
  bool ended_ = true;
};

}  // namespace conq::conmon
